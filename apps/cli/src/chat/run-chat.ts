import { listeners, LlmError, user, type CallEvent, type Majordomo, type Message } from '@majordomo/core';
import { openSpec } from '../backends/open.ts';
import { loadSettings, type Settings } from '../config/settings.ts';
import { codeFor, printError } from '../terminal/print-error.ts';
import { Stop, type ExitCode } from '../program/exit.ts';
import { isPerson, type Io } from '../program/io.ts';
import { printable } from '../terminal/paint.ts';
import { attachment } from './attachments.ts';
import type { Chat } from './chat-session.ts';
import type { ChatFlags } from './flags.ts';
import { FullContext } from './full-context.ts';
import { openChatStores, type ChatStores } from './stores.ts';
import { promptOf } from './prompt-of.ts';
import { resolvePrompt } from './resolve-prompt.ts';
import { requestSettings } from './request-settings.ts';
import { skillsOf } from './skill-folders.ts';
import type { Trace } from '../trace/trace-to.ts';
import type { Page } from '../page/page.ts';
import { unconfigured } from './unconfigured.ts';
import { userTitle } from './user-title.ts';
import { parseSpecAndPrompt } from './spec-and-prompt.ts';
import { providersOf } from './providers-of.ts';
import { withJsonErrors } from '../terminal/with-json-errors.ts';
import { writeJson, writeJsonLine } from '../terminal/write-json.ts';

/** Implements `majordomo chat`. Runs one question, or a conversation on a terminal. `page` shows the calls of the chat. */
export const chat = (
  first: string | undefined,
  second: string | undefined,
  flags: ChatFlags,
  io: Io,
  page?: Page,
): Promise<ExitCode> =>
  // Both forms of output together are an error, which has neither of the forms.
  withJsonErrors(flags.events === true ? undefined : flags.json, io, () =>
    chatWith(first, second, flags, io, page),
  );

async function chatWith(
  first: string | undefined,
  second: string | undefined,
  flags: ChatFlags,
  io: Io,
  page?: Page,
): Promise<ExitCode> {
  checkFlags(flags);
  // Report invalid flags before the configuration and packages are loaded.
  requestSettings(flags, []);
  const settings = await loadSettings(io);
  await using stores = await openChatStores([first, second], settings, flags, io);
  await using trace = flags.trace === undefined ? undefined : await traceWith(flags.trace, io);
  // The words include the value of `--continue` if it is no id.
  const words = parseSpecAndPrompt(stores.words, flags.model, settings.aliases);
  const spec = words.spec ?? stores.conversation?.spec ?? settings.model;
  if (spec === undefined && flags.json === true)
    throw new Stop('no model is configured; pass a spec, or set MAJORDOMO_MODEL');
  if (spec === undefined) return await unconfigured(settings, io);
  const code = await started(spec, words.prompt, settings, { stores, trace, page }, flags, io).catch(
    (error: unknown) => failed(error, spec, settings, flags, io),
  );
  await page?.stay();
  return code;
}

async function failed(
  error: unknown,
  spec: string,
  settings: Settings,
  flags: ChatFlags,
  io: Io,
): Promise<ExitCode> {
  if (!LlmError.is(error) || io.signal.aborted) throw error;
  if (flags.json === true) writeJson(io.stdout, { error });
  else printError(error, io);
  if (flags.json !== true && error.details.code === 'unknown-name') await suggestListed(spec, settings, io);
  return codeFor(error);
}

async function traceWith(url: string, io: Io): Promise<Trace> {
  const { traceTo } = await import('../trace/trace-to.ts');
  return traceTo(url, io);
}

/** Prints specs that match a model id without a provider. */
async function suggestListed(spec: string, settings: Settings, io: Io): Promise<void> {
  const { findSimilar } = await import('../models/find-similar.ts');
  const targets = await findSimilar(spec, settings, io);
  if (targets.length > 0) io.stderr.write(`${printable(`Listed: ${targets.join(', ')}`)}\n`);
}

/** Resources of a chat. */
interface ChatResources {
  readonly stores: ChatStores;
  readonly trace: Trace | undefined;
  readonly page: Page | undefined;
}

async function started(
  spec: string,
  prompt: string | undefined,
  settings: Settings,
  { stores, trace, page }: ChatResources,
  flags: ChatFlags,
  io: Io,
): Promise<ExitCode> {
  const shown = flags.events === true ? (event: CallEvent) => writeJsonLine(io.stdout, event) : undefined;
  const observers = [shown, trace?.onEvent, page?.onEvent].filter((listener) => listener !== undefined);
  const onEvent = observers.length === 0 ? undefined : listeners(...observers);
  const openWith = async (named: string): Promise<Majordomo> => {
    const { cwd, signal } = io;
    const { ledger } = stores;
    const majordomo = await openSpec(named, settings, {
      cwd,
      signal,
      onEvent,
      ledger,
      around: trace?.around,
    });
    await page?.attach(majordomo, { ledger });
    return majordomo;
  };
  const majordomo = await openWith(spec);
  if (flags.image !== undefined) {
    const { draw } = await import('./draw.ts');
    return draw(majordomo.imageModel(spec), await promptOf(prompt, io), flags, io);
  }
  const session = await sessionOf(spec, majordomo, settings, stores, flags, io);
  if (prompt === undefined && isPerson(io) && isPlain(flags)) {
    const { converse } = await import('./converse.ts');
    return converse(session, await attachments(flags, io), async (named) =>
      modelOf(named, await openWith(named), flags, io),
    );
  }
  const text = await promptOf(prompt, io);
  // Piped text may come from an untrusted source, so resolve references such as `@file:` only in the argument. The first part is the
  // argument itself, which `text` already contains.
  const [, ...parts] = await resolvePrompt(prompt ?? '', io);
  const question = user(...(await attachments(flags, io)), text, ...parts);
  const { answerQuestion } = await import('./answer-question.ts');
  return answerQuestion(session, question);
}

async function sessionOf(
  spec: string,
  majordomo: Majordomo,
  configuration: Settings,
  { conversation, log }: ChatStores,
  flags: ChatFlags,
  io: Io,
): Promise<Chat> {
  const messages: Message[] = [...(conversation?.messages ?? [])];
  let title = userTitle(conversation);
  if (flags.load !== undefined) {
    const { loadTranscript } = await import('./transcript.ts');
    const loaded = await loadTranscript(flags.load, io.cwd);
    messages.push(...loaded.messages);
    ({ title } = loaded);
    if (title !== undefined) await log?.rename(title);
  }
  const opened = await modelOf(spec, majordomo, flags, io);
  const skills = await skillsOf(configuration, flags, io);
  const system = flags.system ?? conversation?.system ?? configuration.system;
  const context = new FullContext();
  return { ...opened, messages, title, skills, system, flags, log, io, context };
}

async function modelOf(
  spec: string,
  majordomo: Majordomo,
  flags: ChatFlags,
  io: Io,
): Promise<Pick<Chat, 'model' | 'settings' | 'targets'>> {
  const targets = await majordomo.resolve(spec, { signal: io.signal });
  const settings = requestSettings(flags, providersOf(targets));
  return { model: majordomo.model(spec), settings, targets };
}

const attachments = (flags: ChatFlags, io: Io) =>
  Promise.all((flags.file ?? []).map((path) => attachment(path, io.cwd)));

/** Whether the output is plain text, so that a conversation is possible. */
const isPlain = ({ json, events, schema }: ChatFlags): boolean =>
  json === undefined && events === undefined && schema === undefined;

function checkFlags(flags: ChatFlags): void {
  const { json, events, schema, image, maxTokens, save, load, skills } = flags;
  const pairs: readonly (readonly [boolean, string])[] = [
    [json === true && events === true, '--json and --events cannot be used together'],
    [schema !== undefined && events === true, '--schema and --events cannot be used together'],
    [
      image !== undefined && (schema !== undefined || events === true),
      '--image cannot be used with --schema or --events',
    ],
    [image !== undefined && save !== undefined, '--image and --save cannot be used together'],
    [
      image !== undefined && (flags.log === true || flags.continue !== undefined),
      '--image cannot be used with --log or --continue',
    ],
    [load !== undefined && flags.continue !== undefined, '--load and --continue cannot be used together'],
    [
      skills !== undefined && (schema !== undefined || image !== undefined),
      '--skills cannot be used with --schema or --image',
    ],
    [maxTokens !== undefined && !/^[1-9]\d*$/.test(maxTokens), '--max-tokens must be a positive integer'],
  ];
  const wrong = pairs.find(([is]) => is);
  if (wrong !== undefined) throw new Stop(wrong[1]);
}
