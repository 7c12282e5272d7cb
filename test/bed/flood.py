#!/usr/bin/python3
"""Speaks to the udev monitors of this network namespace over the kernel's own netlink: COUNT messages, then one more.

Needs CAP_NET_ADMIN there. The last message is about /devices/last.
"""
import socket
import sys

from testbed import message

NETLINK_KOBJECT_UEVENT = 15
UDEV_GROUP = 2

with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_KOBJECT_UEVENT) as sender:
    sender.bind((0, 0))
    for number in [*range(int(sys.argv[1])), "last"]:
        said = {"ACTION": "change", "DEVPATH": f"/devices/{number}", "SUBSYSTEM": "usb", "DEVTYPE": "usb_device"}
        try:
            sender.sendto(message(said | {"SEQNUM": 1, "PADDING": "x" * 6000}), (0, UDEV_GROUP))
        except OSError as error:
            # Told to the sender as well when a listener's buffer is full.
            if error.errno != 105:
                raise
