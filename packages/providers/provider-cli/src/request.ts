import { LlmError, type ModelRequest, type Warning } from '@majordomo/core';
import { checkInteger, OPTIONAL_SETTINGS } from '@majordomo/core/toolkit';
import { nearestEffort, unsentSettingWarnings } from '@majordomo/wire-kit';
import { modelArgument } from './models.ts';
import type { CliSpec } from './spec.ts';
import { transcript } from './transcript.ts';

/** Settings of a run that are not part of the request. */
export interface RunSettings {
  /** Additional arguments of the application, which follow those of the provider. */
  readonly args?: readonly string[] | undefined;
  readonly prompt?: 'stdin' | 'argument' | undefined;
  readonly skipPermissions?: boolean | undefined;
  readonly output?: 'stream' | 'text' | undefined;
  readonly fileMentions?: boolean | undefined;
  /** Whether the working directory is temporary, so that files may be created in it. */
  readonly ownsCwd: boolean;
}

export interface CliRequest {
  readonly args: readonly string[];
  readonly stdin: string;
  /** System text for a setting of the CLI. `undefined` if this run cannot set it: the prompt then contains the text. */
  readonly system: string | undefined;
  /** Environment variables for settings that have no flag. */
  readonly env: Readonly<Record<string, string>>;
  readonly output: 'stream' | 'text';
  readonly warnings: readonly Warning[];
}

/**
 * Converts a request to arguments and stdin. Throws `unsupported` for parts that no CLI accepts, and `invalid-request` for a
 * model that begins with a hyphen or an invalid `maxTokens`.
 */
export function toWire(
  request: ModelRequest,
  modelId: string,
  spec: CliSpec,
  settings: RunSettings,
): CliRequest {
  rejectUnsupported(request, modelId);
  const { maxTokensVariable } = spec;
  const unsent = OPTIONAL_SETTINGS.filter((name) => name !== 'maxTokens' || maxTokensVariable === undefined);
  const why = 'the CLI has no setting for it';
  const warnings: Warning[] = [
    ...unsentSettingWarnings(request, unsent, why),
    ...Object.keys(request.extra).flatMap((name): Warning[] =>
      name === 'output' ? [] : [{ action: 'dropped', what: `extra.${name}`, why }],
    ),
  ];
  // The recovery `plain-text` of `errors.ts` sets `extra.output`.
  const output = request.extra['output'] === 'text' ? 'text' : (settings.output ?? 'stream');
  const canSetSystem = !('file' in spec.system) || settings.ownsCwd;
  const transcriptText = transcript(request.messages, canSetSystem ? undefined : request.system);
  const { prompt, env: mentions } = withoutMentions(transcriptText, spec, settings, warnings);
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
    system: canSetSystem ? request.system : undefined,
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

function rejectUnsupported({ tools, output, messages, maxTokens }: ModelRequest, modelId: string): void {
  const unsupported = (what: string): never => {
    throw new LlmError('unsupported', `CLIs do not accept ${what}`);
  };
  if (tools.length > 0) unsupported('tools of the caller; omit tools');
  if (output !== undefined) unsupported('an output schema; describe it in the prompt');
  for (const message of messages) {
    // The transcript writes earlier calls and results as text, with `[an image]` for an image.
    if (message.role !== 'user') continue;
    if (message.parts.some(({ type }) => type !== 'text')) unsupported('images, audio and files; send text');
  }
  if (modelId.startsWith('-')) {
    throw new LlmError('invalid-request', `"${modelId}" is not a model; use a name without a leading -`);
  }
  checkInteger(maxTokens, 'maxTokens');
}

/** Invisible character that is inserted after `@`, so that the CLI does not interpret the text after `@` as a path. */
const WORD_JOINER = '\u2060';

/** Returns a prompt and environment variables that prevent the CLI from reading files that the prompt mentions. */
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
  why: 'the CLI could read the named file; an invisible character was inserted after the @, see fileMentions',
};

function effortArgs(
  { reasoning }: ModelRequest,
  { effort }: CliSpec,
  warnings: Warning[],
): readonly string[] {
  if (reasoning === undefined) return [];
  const isSupported = reasoning !== 'none' || effort?.words.includes('none') === true;
  if (isSupported && effort !== undefined) {
    const word = nearestEffort(reasoning, effort.words, warnings);
    return word === undefined ? [] : effort.args(word);
  }
  warnings.push({
    action: 'dropped',
    what: `reasoning "${reasoning}"`,
    why: 'the CLI does not support this effort',
  });
  return [];
}
