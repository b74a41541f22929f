"""The demo: invented people, articles and questions, loaded once from the files in demo/."""

from breakthru.demo.loading import DemoError, load_demo

__all__ = ["DemoError", "load_demo"]
