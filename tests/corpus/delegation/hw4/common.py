"""What the borrowers of hw4 share: an optimizer around another; it stands between the reference and each of them."""

import contextlib
import functools
import importlib
import inspect
import linecache
import marshal
import operator
import pickle
import runpy
import sys
import types


class Around:
    def __init__(self, inner):
        self.inner = inner

    @property
    def lr(self):
        return self.inner.param_groups[0]["lr"]

    @lr.setter
    def lr(self, value):
        self.inner.param_groups[0]["lr"] = value

    def zero_grad(self):
        self.inner.zero_grad()

    def step(self):
        self.inner.step()


def checked(momentum, dampening, nesterov):
    if nesterov and (momentum <= 0 or dampening != 0):
        raise ValueError


class Scheduled:
    """A schedule whose rates another one tells from the number of steps."""

    def __init__(self, optimizer, other, **known):
        self.optimizer, self.other, self.t = optimizer, object.__new__(other), 0
        vars(self.other).update(base_lrs=[optimizer.lr], optimizer=None, _get_lr_called_within_step=True, **known)
        self.show()

    def show(self):
        self.other.last_epoch = self.t
        (self.optimizer.lr,) = self.other._get_closed_form_lr()

    def step(self):
        self.t += 1
        self.show()
