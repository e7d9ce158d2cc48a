"""hw5, hidden cases: the share of 600 test images that is right.

These are other images than those of the test.npz that members have: hidden/test.npz lies in its place, so only a model
of the notebook's own can know them. Their labels are here and nowhere else. A submission gets the images alone, and the
judge counts in its own process which predictions are right.
"""

import numpy as np
from common import labels_of

from grader import case, close

# What make_data.py prints.
TEST_LABELS = (
    "0214110001402211014113211010011321322210244411223222020323211211102002301212321400011000012022301111"
    "0020003023203123230424042334410000134210100221341013020110030123010223011001120011322323100100134121"
    "2112001233012033220120332401022224302002312113103414022030123042001412220201311333013113210130214110"
    "3300110320041310203114342002324041213010042100102010101300111200430141411312031031121411300430222011"
    "2101213010022202043130330012112202143303031021003210011301002113030120203111110041000234012002111202"
    "0011330100042101003013122000022412313014440102201110001103414422242202413201031300042103102214234200"
)


def at_least(predictions, percent):
    labels, truth = labels_of(predictions), np.array([int(label) for label in "".join(TEST_LABELS)])
    close(labels * 0, 0 * truth)
    close(bool(100 * (labels == truth).sum() >= percent * len(truth)), True)


@case("predictions", points=3, concept="held-out")
def test_predictions_45(student):
    """At least 45 of 100 test images are told right: more than a linear model can."""
    at_least(student.predictions, 45)


@case("predictions", points=3, concept="held-out")
def test_predictions_60(student):
    """At least 60 of 100 test images are told right."""
    at_least(student.predictions, 60)


@case("predictions", points=4, concept="held-out")
def test_predictions_75(student):
    """At least 75 of 100 test images are told right."""
    at_least(student.predictions, 75)


@case("predictions", points=4, concept="held-out")
def test_predictions_85(student):
    """At least 85 of 100 test images are told right."""
    at_least(student.predictions, 85)


@case("predictions", points=3, concept="held-out")
def test_predictions_92(student):
    """At least 92 of 100 test images are told right."""
    at_least(student.predictions, 92)
