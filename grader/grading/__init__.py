"""Many submissions: engines that hand them to judges."""
