import { httpPrograms, pythonImport, pythonProgram } from '../data/clis.ts';
import { inferenceHosts } from '../data/hosts.ts';
import type { ReplacementName } from '../data/replacement.ts';
import { wirePaths } from '../data/wire.ts';
import { addressMatcher } from './address.ts';
import type { Command } from './command.ts';

/** Call of a model by a program that is not the CLI of a model. */
export interface RawCommand {
  /** Description of the call, such as `curl to api.openai.com`. */
  readonly subject: string;
  readonly use: ReplacementName;
}

const matchAddress = addressMatcher({ hosts: inferenceHosts, paths: wirePaths });

/** Returns the call of a model that a command makes: an HTTP request, or Python code that imports an SDK. */
export function rawCommandOf({ program, args }: Command): RawCommand | undefined {
  if (httpPrograms.has(program)) return requestOf(program, args);
  if (!pythonProgram.test(program)) return undefined;
  const flag = args.indexOf('-c');
  const name = flag < 0 ? undefined : pythonImport.exec(args[flag + 1] ?? '')?.[1];
  return name === undefined ? undefined : { subject: `Python code that imports ${name}`, use: 'core' };
}

function requestOf(program: string, args: readonly string[]): RawCommand | undefined {
  for (const arg of args) {
    const match = matchAddress(arg);
    // A command shows no headers as evidence, so an ambiguous path is not enough. A relative address may be the name of a file.
    if (match.kind === 'inference' && match.needs === 'nothing' && !match.isRelative)
      return { subject: `${program} to ${match.subject}`, use: match.use };
  }
  return undefined;
}
