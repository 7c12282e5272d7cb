#!/usr/bin/python3
"""The kernel and udevd as a process under umockdev sees them: a sysfs tree, device nodes, and uevents.

libumockdev's preload library shows the folder of this driver as /sys and /dev, and gives each udev monitor a socket in
it. The tree is made and the events are sent here rather than by libumockdev's own test bed, because that one ends the
whole process when a listener is slow; this one waits for him. udev's database is not redirected by umockdev 0.17, so
what udev's rules would have found out stands with the kernel's words in sysfs, and no device has a number by which the
real machine's database could be asked.

One JSON object a line comes in on standard input, {"id": n, "steps": [...]}; one {"id": n} or {"id": n, "error": text}
goes out for each. The first line out tells the folder. The end of the input ends the driver and removes the folder.
"""
import glob
import json
import os
import shutil
import signal
import socket
import struct
import sys
import tempfile

# How long a listener may leave his queue full.
PATIENCE_SECONDS = 30
# Subsystems that sysfs lists below /sys/bus; all others are below /sys/class.
BUSES = {"usb", "scsi", "mmc", "pci"}


def hash32(text):
    """MurmurHash2 (Austin Appleby, public domain) with the length as its seed: what udev's socket filters compare."""
    data, mask = text.encode(), 0xFFFFFFFF
    multiplier, value = 0x5BD1E995, len(data)
    while len(data) >= 4:
        word = int.from_bytes(data[:4], sys.byteorder) * multiplier & mask
        word = (word ^ word >> 24) * multiplier & mask
        value = (value * multiplier & mask) ^ word
        data = data[4:]
    if data:
        value = (value ^ int.from_bytes(data, "little")) * multiplier & mask
    value = (value ^ value >> 13) * multiplier & mask
    return value ^ value >> 15


def message(said):
    """What udevd sends to libudev's monitors; numbers that the socket filter reads are big-endian."""
    body = b"".join(f"{name}={value}".encode() + b"\0" for name, value in said.items())
    hashes = (hash32(said["SUBSYSTEM"]), hash32(said["DEVTYPE"]) if "DEVTYPE" in said else 0)
    head = b"libudev\0" + struct.pack("!I", 0xFEEDCAFE) + struct.pack("=III", 40, 40, len(body))
    return head + struct.pack("!IIII", *hashes, 0, 0) + body


class Bed:
    def __init__(self, root):
        self.root = root
        self.sequence = 1000
        # DEVPATH -> the step that added it.
        self.devices = {}
        for folder in ("sys/bus", "sys/class", "sys/devices", "dev"):
            os.makedirs(self.at(folder))

    def at(self, path):
        return os.path.join(self.root, path.lstrip("/"))

    def write(self, path, text):
        with open(self.at(path), "w", encoding="utf-8") as file:
            file.write(text)

    def listing(self, device):
        """The link by which an enumeration finds the device."""
        subsystem = device["subsystem"]
        name = os.path.basename(device["devpath"])
        folder = f"sys/bus/{subsystem}/devices" if subsystem in BUSES else f"sys/class/{subsystem}"
        return os.path.join(folder, name)

    def add(self, step):
        """The device appears in sysfs, with its node; no event."""
        devpath = step["devpath"]
        path = "sys" + devpath
        os.makedirs(self.at(path))
        link = self.listing(step)
        subsystem = os.path.dirname(link).removesuffix("/devices")
        os.makedirs(os.path.dirname(self.at(link)), exist_ok=True)
        os.symlink(os.path.relpath(self.at(path), os.path.dirname(self.at(link))), self.at(link))
        os.symlink(os.path.relpath(self.at(subsystem), self.at(path)), self.at(path + "/subsystem"))
        self.devices[devpath] = {"devpath": devpath, "subsystem": step["subsystem"], "kernel": {}, "properties": {}}
        self.attributes({"devpath": devpath, "attributes": step.get("attributes", {})})
        self.properties(step)
        node = step.get("kernel", {}).get("DEVNAME")
        # What is behind a pseudo-terminal is real, and preload must not stand in between.
        if node is not None and not node.startswith("pts/"):
            os.makedirs(os.path.dirname(self.at("dev/" + node)), exist_ok=True)
            self.write("dev/" + node, "")
            os.chmod(self.at("dev/" + node), step.get("mode", 0o600))

    def attributes(self, step):
        for name, value in step["attributes"].items():
            self.write(f"sys{step['devpath']}/{name}", f"{value}\n")

    def properties(self, step):
        """Replaces what the kernel says of the device, or what udev's rules have found out, or both."""
        device = self.devices[step["devpath"]]
        device |= {part: step[part] for part in ("kernel", "properties") if part in step}
        said = device["kernel"] | device["properties"]
        self.write(f"sys{device['devpath']}/uevent", "".join(f"{name}={value}\n" for name, value in said.items()))

    def remove(self, step):
        """The device and all below it leave sysfs; no event."""
        for devpath in sorted(self.devices, reverse=True):
            if devpath != step["devpath"] and not devpath.startswith(step["devpath"] + "/"):
                continue
            device = self.devices.pop(devpath)
            os.unlink(self.at(self.listing(device)))
            node = device["kernel"].get("DEVNAME")
            if node is not None and os.path.exists(self.at("dev/" + node)):
                os.unlink(self.at("dev/" + node))
            shutil.rmtree(self.at("sys" + devpath))

    def event(self, step):
        """Tells all monitors. A removal can be told before or after the device left sysfs."""
        device = self.devices.get(step["devpath"], step)
        self.sequence += 1
        said = {"ACTION": step["action"], "DEVPATH": step["devpath"], "SUBSYSTEM": device["subsystem"]}
        said |= device.get("kernel", {}) | {"SEQNUM": self.sequence}
        # What udev knew of a usb_device is gone by then: such events name little more than the path.
        if step["action"] not in ("remove", "unbind"):
            said |= device.get("properties", {})
        said |= step.get("extra", {})
        if "DEVNAME" in said:
            said["DEVNAME"] = "/dev/" + said["DEVNAME"]
        for path in glob.glob(os.path.join(glob.escape(self.root), "event[0-9]*")):
            self.send(path, message(said))

    @staticmethod
    def send(path, message):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.settimeout(PATIENCE_SECONDS)
            try:
                sender.connect(path)
                sender.send(message)
            except (ConnectionRefusedError, ConnectionResetError, FileNotFoundError, BrokenPipeError):
                # That listener is gone. His socket is left to umockdev, which gives the name to the next one.
                pass

    def do(self, step):
        {
            "add": self.add,
            "attributes": self.attributes,
            "properties": self.properties,
            "remove": self.remove,
            "event": self.event,
        }[step["do"]](step)


def end(*_):
    sys.exit(0)


def main():
    # A runner that gives up ends all its children: the folder goes then as well.
    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    root = tempfile.mkdtemp(prefix="cradle-bed-")
    try:
        bed = Bed(root)
        print(json.dumps({"directory": root}), flush=True)
        for line in sys.stdin:
            request = json.loads(line)
            answer = {"id": request["id"]}
            try:
                for step in request["steps"]:
                    bed.do(step)
            except (KeyError, OSError) as error:
                answer["error"] = f"{type(error).__name__}: {error}"
            print(json.dumps(answer), flush=True)
    except BrokenPipeError:
        # Nobody is left to be answered.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    finally:
        # A listener that is still at work may open a socket meanwhile.
        for _ in range(5):
            shutil.rmtree(root, ignore_errors=True)


if __name__ == "__main__":
    main()
