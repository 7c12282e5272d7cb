import { bindingShape } from '../../dbus/shapes/binding.js';
import type { Command } from '../command.js';
import { nameIn } from '../daemon.js';
import { EXIT, NotFoundError, UsageError } from '../exit.js';
import { findBinding } from '../find.js';
import { bindingJson } from '../json.js';
import { shown } from '../width.js';

const ANSWERS: Readonly<Record<string, string>> = {
  combine: 'bring both sides together; what is equal is matched, nothing is removed',
  'keep-device': 'make the desktop like the device',
  'keep-desktop': 'make the device like the desktop',
  allow: 'remove them on the other side too',
  restore: 'bring back what is missing from the other side',
};

export const decide: Command = {
  name: 'decide',
  summary: 'Answer the question a binding has stopped at, or show it',
  operands: [
    { name: 'BINDING', kinds: ['binding'] },
    { name: 'ANSWER', kinds: ['text'], optional: true },
  ],
  options: [],
  details: 'Without ANSWER the question and its answers are shown.',
  async run({ daemon: open, screen, json }, given) {
    const daemon = await open();
    const [word = '', answer] = given.operands;
    const binding = findBinding(daemon, word);
    const { Question: question, QuestionDetails: details } = binding.view;
    const id = shown(nameIn(binding.path));
    if (question === '') throw new NotFoundError(`the binding ${id} has no question to decide`);
    const answers = details.get('Answers');
    const choices = Array.isArray(answers) ? answers.map(String) : [];
    if (answer === undefined) {
      if (json) screen.json(bindingJson(binding));
      else {
        screen.line(`${screen.styled('bold', shown(question))}: ${shown(String(details.get('Message') ?? ''))}`);
        screen.list(choices.map((choice) => [shown(choice), ANSWERS[choice] ?? ' ']));
      }
      return EXIT.needsDecision;
    }
    if (!choices.includes(answer))
      throw new UsageError(`the answers to ${question} are ${choices.join(', ')}, not "${answer}"`);
    await daemon.at(binding.path, bindingShape).call('Decide', [question, answer, {}]);
    if (json) screen.json({ binding: nameIn(binding.path), question, answer });
    else screen.line(`${id}: ${shown(answer)}. The next sync does so; "cradle sync ${id}" starts it now.`);
    return EXIT.ok;
  },
};
