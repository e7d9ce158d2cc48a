"""What some borrowers of hw3 share; it stands between the reference and each of them."""

import functools
import gc
import importlib
import operator
import pickle
import sys
import types
