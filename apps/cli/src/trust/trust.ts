import { readFileSync } from 'node:fs';
import { findConfigs } from '../config/find-config.ts';
import { checkConfig } from '../config/check-config.ts';
import { setTrust, trustedText } from '../config/trust.ts';
import { EXIT, Stop, type ExitCode } from '../program/exit.ts';
import { isPerson, type Io } from '../program/io.ts';
import { printable, printableJson } from '../terminal/paint.ts';
import { parseJson } from '../files/read-json.ts';
import { changes } from './changes.ts';

/** Implements `majordomo trust`. Shows the project's configuration, or its changes, and trusts the file. Never runs the file. */
export async function trust({ forget }: { readonly forget?: true }, io: Io): Promise<ExitCode> {
  const { project } = await findConfigs(io);
  if (project === undefined) throw new Stop('no majordomo.config exists; write one with majordomo init');
  const name = printable(project);
  if (forget === true) {
    setTrust(project, undefined, io);
    io.stdout.write(`${name} is no longer trusted\n`);
    return EXIT.ok;
  }
  // The file is read once, so that the shown content is the trusted content.
  const content = readFileSync(project);
  const text = content.toString('utf8');
  if (project.endsWith('.json')) await checkConfig(project, parseJson(text, project));
  io.stdout.write(report(name, text, trustedText(project, io)));
  // In a script, the command itself is the decision, because no person can answer.
  const answer = isPerson(io) ? await io.confirm('Trust this content?') : true;
  if (answer === undefined || answer === null) return EXIT.interrupted;
  if (!answer) {
    io.stdout.write(`${name} is not trusted\n`);
    return EXIT.failed;
  }
  setTrust(project, content, io);
  io.stdout.write(`${name} is trusted until it changes\n`);
  return EXIT.ok;
}

function report(name: string, text: string, before: string | undefined): string {
  const isCode = !name.endsWith('.json');
  return [
    before === undefined ? `${name}:` : `${name}, changed since it was trusted:`,
    '',
    before === undefined ? escaped(text).trimEnd() : changes(escaped(before), escaped(text)),
    '',
    isCode
      ? 'This file is code. Commands run it as you, with every file that it imports. Trust covers this file only.'
      : 'This file can decide which models and servers receive your prompts and keys.',
    '',
  ].join('\n');
}

/** Escapes control characters, which could hide a line. */
const escaped = (text: string): string => printableJson(text.replaceAll('\r\n', '\n'));
