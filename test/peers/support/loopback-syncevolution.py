#!/usr/bin/python3
"""Debian's syncevo-http-server on the loopback interface.

As packaged it begins with "#!@PYTHON@" and listens on every interface; here it is run by this interpreter, and its
reactor is made to listen on 127.0.0.1 alone.
"""
import runpy
import sys

from dbus.mainloop.glib import DBusGMainLoop
from twisted.internet import gireactor

DBusGMainLoop(set_as_default=True)
gireactor.install()
# The script installs it as well, and there can be only one.
gireactor.install = lambda *_, **__: None

from twisted.internet import reactor  # noqa: E402 (after the installation)

listen = reactor.listenTCP
reactor.listenTCP = lambda port, site, **_: listen(port, site, interface="127.0.0.1")

sys.argv[0] = "/usr/bin/syncevo-http-server"
runpy.run_path(sys.argv[0], run_name="__main__")
