"""What tests do in a browser."""

from selenium.webdriver.support.ui import WebDriverWait


def wait_for(page, condition):
    """Wait for what a browser does in its own time; fail if it does not come."""
    WebDriverWait(page, 20, poll_frequency=0.05).until(condition)


def show(page, width, scheme):
    """Show the page in a window of a width, in light or in dark colours."""
    media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    page.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    wait_for(page, lambda page: page.execute_script("return innerWidth") == width)
