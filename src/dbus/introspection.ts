import { dbus } from './names.js';
import type { Argument, Shape } from './shape.js';

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const argument = ({ name, type }: Argument, direction: string): string =>
  `      <arg name="${escaped(name)}" type="${escaped(type)}"${direction}/>\n`;

function interfaceXml(shape: Shape): string {
  let xml = `  <interface name="${escaped(shape.name)}">\n`;
  for (const [name, { type, access }] of Object.entries(shape.properties)) {
    const opening = `    <property name="${escaped(name)}" type="${escaped(type)}" access="${access === 'readwrite' ? 'readwrite' : 'read'}"`;
    xml +=
      access === 'const'
        ? `${opening}>\n      <annotation name="${dbus.emitsChangedSignal}" value="const"/>\n    </property>\n`
        : `${opening}/>\n`;
  }
  for (const [name, { in: takes, out }] of Object.entries(shape.methods)) {
    xml += `    <method name="${escaped(name)}">\n`;
    for (const one of takes) xml += argument(one, ' direction="in"');
    for (const one of out) xml += argument(one, ' direction="out"');
    xml += '    </method>\n';
  }
  for (const [name, args] of Object.entries(shape.signals)) {
    xml += `    <signal name="${escaped(name)}">\n`;
    for (const one of args) xml += argument(one, '');
    xml += '    </signal>\n';
  }
  return `${xml}  </interface>\n`;
}

/** What Introspect answers for an object with these interfaces and these children (D-Bus specification, "Introspection Data Format"). */
export function introspectionXml(shapes: readonly Shape[], children: readonly string[]): string {
  let xml =
    '<!DOCTYPE node PUBLIC "-//freedesktop//DTD D-BUS Object Introspection 1.0//EN" ' +
    '"http://www.freedesktop.org/standards/dbus/1.0/introspect.dtd">\n<node>\n';
  for (const shape of shapes) xml += interfaceXml(shape);
  for (const child of children) xml += `  <node name="${escaped(child)}"/>\n`;
  return `${xml}</node>\n`;
}
