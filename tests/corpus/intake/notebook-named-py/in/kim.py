{
 "cells": [
  {
   "cell_type": "code",
   "id": "c0",
   "execution_count": 1,
   "metadata": {},
   "outputs": [],
   "source": [
    "import numpy as np\n",
    "\n",
    "\n",
    "def mse(x, y):\n",
    "    return np.mean((x - y) ** 2)\n"
   ]
  }
 ],
 "metadata": {},
 "nbformat": 4,
 "nbformat_minor": 5
}
