"""hw5, hidden cases: the share of the 600 test images that is right.

The labels of the test set are here and nowhere else. A submission gets the images alone, and the judge counts in its
own process which predictions are right.
"""

import numpy as np
from test_public import labels_of

from grader import case, close

# What make_data.py prints.
TEST_LABELS = (
    "4001102112011002012000003312003300131013343014100103010034003000121013142101101002012300300104102130"
    "4122120004401322211000114220230004011041220003311141101032213003303010403242030003021021112120332110"
    "3041102203002014411210213010211410321110232204141030030213110201210103302234324221122130132341020012"
    "4232133323040120121000130340001412400201130021400412411100303000002130202240221221301210213424030113"
    "2012001032420010033024310301334031142031403111010133043302003134342004021124211240342341010001000011"
    "1201011310131411042224111010110213221033110030031410020040322301203304030113411301301010123101111202"
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
