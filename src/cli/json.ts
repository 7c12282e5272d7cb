import type { Options } from '../dbus/variant.js';
import { nameIn, type SeenBinding, type SeenDevice, type SeenSession, type SeenStore } from './daemon.js';

/** What --json prints: cradle(1) documents it, and it only ever grows. */

/** Microseconds since the epoch as ISO 8601; null for never. */
export const timeJson = (time: bigint): string | null =>
  time === 0n ? null : new Date(Number(time / 1000n)).toISOString();

const nullable = (text: string): string | null => (text === '' ? null : text);

/** Any value we were sent, with Maps as objects, 64-bit numbers as numbers, bytes as base64. */
export function plainJson(value: unknown): unknown {
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, one]) => [String(key), plainJson(one)]));
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(plainJson);
  return typeof value === 'bigint' ? Number(value) : value;
}

const camelCase = (key: string): string => `${key.charAt(0).toLowerCase()}${key.slice(1)}`;

/** A dictionary with its keys in the camel case of JSON, at every depth: ContentType is contentType. */
export function dictJson(dict: Options): Record<string, unknown> {
  return Object.fromEntries([...dict].map(([key, value]) => [camelCase(key), nestedJson(value)]));
}

function nestedJson(value: unknown): unknown {
  if (value instanceof Map)
    return Object.fromEntries([...value].map(([key, one]) => [camelCase(String(key)), nestedJson(one)]));
  return Array.isArray(value) ? value.map(nestedJson) : plainJson(value);
}

export function deviceJson({ path, view }: SeenDevice): Record<string, unknown> {
  return {
    id: view.Id,
    path,
    label: view.Label,
    manufacturer: view.Manufacturer,
    model: view.Model,
    kind: view.Kind,
    icon: view.Icon,
    present: view.Present,
    identified: view.Identified,
    ownership: view.Ownership,
    ownershipReason: view.OwnershipReason,
    owner: nullable(view.Owner),
    plugin: nullable(view.Plugin),
    transports: view.Transports,
    stores: view.Stores.map(dictJson),
    bindings: view.Bindings.map(nameIn),
    lastSeen: timeJson(view.LastSeen),
    busy: nullable(view.Busy),
    safeToUnplug: view.SafeToUnplug,
    account: view.Account.size === 0 ? null : dictJson(view.Account),
  };
}

export function bindingJson({ path, view }: SeenBinding): Record<string, unknown> {
  const { Question, QuestionDetails: details } = view;
  return {
    id: nameIn(path),
    path,
    device: nameIn(view.Device),
    pairs: view.Pairs.map(([device, desktop]) => ({ device, desktop })),
    enabled: view.Enabled,
    triggers: view.Triggers,
    interval: view.Interval,
    direction: view.Direction,
    conflictPolicy: view.ConflictPolicy,
    firstSync: view.FirstSync,
    filter: plainJson(view.Filter),
    options: plainJson(view.Options),
    state: view.State,
    question:
      Question === ''
        ? null
        : { question: Question, message: details.get('Message') ?? '', answers: details.get('Answers') ?? [] },
    lastSync: timeJson(view.LastSync),
    lastResult: nullable(view.LastResult),
  };
}

export function storeJson({ path, view }: SeenStore): Record<string, unknown> {
  return {
    name: view.Name,
    path,
    label: view.Label,
    icon: view.Icon,
    provider: view.Provider,
    contentTypes: view.ContentTypes,
    readOnly: view.ReadOnly,
    available: view.Available,
  };
}

export function sessionJson({ path, view }: SeenSession): Record<string, unknown> {
  return {
    session: nameIn(path),
    binding: nameIn(view.Binding),
    cause: view.Cause,
    state: view.State,
    done: view.Done,
    planned: view.Planned,
    conflicts: view.Conflicts,
    startTime: timeJson(view.StartTime),
    errorName: nullable(view.ErrorName),
    errorMessage: nullable(view.ErrorMessage),
  };
}
