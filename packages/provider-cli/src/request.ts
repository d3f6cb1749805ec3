import { LlmError } from '@majordomo/core';
import type { ModelRequest, Warning } from '@majordomo/core';
import {
  checkInteger,
  nearestEffort,
  OPTIONAL_SETTINGS,
  unsentSettingWarnings,
} from '@majordomo/core/toolkit';
import { modelArgument } from './models.ts';
import type { CliSpec } from './spec.ts';
import { transcript } from './transcript.ts';

/** How a CLI is to be run, beyond what the request says. */
export interface RunSettings {
  /** Arguments of the app's own, after all others. */
  readonly args?: readonly string[] | undefined;
  readonly prompt?: 'stdin' | 'argument' | undefined;
  readonly skipPermissions?: boolean | undefined;
  readonly output?: 'stream' | 'text' | undefined;
  readonly fileMentions?: boolean | undefined;
  /** Is the working directory an empty one of its own? Then a file may be written into it. */
  readonly ownsCwd: boolean;
}

export interface CliRequest {
  readonly args: readonly string[];
  readonly stdin: string;
  /** For the place that the CLI has for it; `undefined` when there is none, or it is in the prompt. */
  readonly system: string | undefined;
  /** Variables that say what no flag does. */
  readonly env: Readonly<Record<string, string>>;
  readonly output: 'stream' | 'text';
  readonly warnings: readonly Warning[];
}

/** One request as arguments and stdin. Pure. Throws `unsupported` for what no CLI can take. */
export function toWire(
  request: ModelRequest,
  modelId: string,
  spec: CliSpec,
  settings: RunSettings,
): CliRequest {
  refuse(request, modelId);
  const { maxTokensVariable } = spec;
  const unsent = OPTIONAL_SETTINGS.filter((name) => name !== 'maxTokens' || maxTokensVariable === undefined);
  const warnings = [...unsentSettingWarnings(request, unsent, 'the CLI decides about it')];
  const output = request.extra['output'] === 'text' ? 'text' : (settings.output ?? 'stream');
  const hasPlace = !('file' in spec.system) || settings.ownsCwd;
  const said = transcript(request.messages, hasPlace ? undefined : request.system);
  const { prompt, env: mentions } = withoutMentions(said, spec, settings, warnings);
  const model = modelArgument(modelId, spec.id);
  const args = [
    ...(output === 'text' ? spec.textArgs : spec.args),
    ...(model === undefined ? [] : [spec.modelFlag, model]),
    ...effortArgs(request, spec, warnings),
    ...(settings.skipPermissions === true ? spec.skipPermissionsArgs : []),
    ...(settings.args ?? []),
  ];
  const onCommandLine = settings.prompt === 'argument';
  if (onCommandLine)
    args.push(...(spec.promptFlag === undefined ? ['--', prompt] : [spec.promptFlag, prompt]));
  return {
    args,
    stdin: onCommandLine ? '' : prompt,
    system: hasPlace ? request.system : undefined,
    env: {
      ...(settings.ownsCwd && spec.emptyFolderEnv),
      ...mentions,
      ...(maxTokensVariable !== undefined &&
        request.maxTokens !== undefined && { [maxTokensVariable]: String(request.maxTokens) }),
    },
    output,
    warnings,
  };
}

function refuse({ tools, output, messages, maxTokens }: ModelRequest, modelId: string): void {
  const unsupported = (what: string): never => {
    throw new LlmError('unsupported', `no CLI takes ${what}`);
  };
  if (tools.length > 0) unsupported('tools of the caller');
  if (output !== undefined) unsupported('a schema: tell it in words');
  for (const message of messages) {
    if (message.role !== 'user') continue;
    if (message.parts.some(({ type }) => type !== 'text')) unsupported('images and files');
  }
  if (modelId.startsWith('-')) {
    throw new LlmError('invalid-request', `"${modelId}" is not a model: it would be taken for a flag`);
  }
  checkInteger(maxTokens, 'maxTokens');
}

/** Stands behind an `@` that begins a path: nobody sees it, and the path is none any more. */
const WORD_JOINER = '\u2060';

/** The prompt as the CLI does not read files for it. */
function withoutMentions(
  prompt: string,
  { fileMentions }: CliSpec,
  settings: RunSettings,
  warnings: Warning[],
): { readonly prompt: string; readonly env: Readonly<Record<string, string>> } {
  if (settings.fileMentions === true || fileMentions === 'none') return { prompt, env: {} };
  if (fileMentions !== 'fence') return { prompt, env: fileMentions.switchedOffBy };
  const fenced = prompt.replaceAll(/@(?=\S)/g, `@${WORD_JOINER}`);
  if (fenced !== prompt) warnings.push(FENCED);
  return { prompt: fenced, env: {} };
}

const FENCED: Warning = {
  action: 'coerced',
  what: '"@" in the prompt',
  why: 'the CLI would read the file that it names: a character that nobody sees stands behind it; see fileMentions',
};

function effortArgs(
  { reasoning }: ModelRequest,
  { effort }: CliSpec,
  warnings: Warning[],
): readonly string[] {
  if (reasoning === undefined) return [];
  const known = reasoning !== 'none' || effort?.words.includes('none') === true;
  const word = known && effort !== undefined ? nearestEffort(reasoning, effort.words, warnings) : undefined;
  if (effort !== undefined && word !== undefined) return effort.args(word);
  warnings.push({ action: 'dropped', what: `reasoning "${reasoning}"`, why: 'the CLI has no word for it' });
  return [];
}
