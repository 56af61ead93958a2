"""What every test shares: one import, and chance that is the same on each run."""

from hypothesis import HealthCheck, settings

# Home Assistant's loader looks for `custom_components` in its own folder unless it was imported from here before.
import custom_components.smart_charging  # noqa: F401

# Derandomised: a run that fails, fails again. No deadline: a loaded machine is no fault of the code.
settings.register_profile("ci", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ci")
