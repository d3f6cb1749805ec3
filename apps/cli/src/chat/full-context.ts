import { currentCatalog } from '../catalog/current-catalog.ts';
import type { ChatModel, ChatResponse, LlmError, Message, ResolvedTarget } from '@majordomo/core';
import type { Compaction, Compactor, ContextStatus, TokenMeter } from '@majordomo/context';
import type { Io } from '../program/io.ts';
import { writeNote } from '../terminal/paint.ts';

/** Model whose context window limits the conversation. */
interface Reader {
  readonly model: ChatModel;
  readonly targets: readonly ResolvedTarget[];
  readonly system: string | undefined;
}

/** Length in characters up to which a conversation is assumed to fit into the context window of every model. */
const SHORT = 20_000;

/** Context that shortens the sent messages to the context window. The stored conversation is not changed. */
export class FullContext {
  private engine:
    | { readonly compactor: Compactor; readonly meter: TokenMeter; readonly model: ChatModel }
    | undefined;
  /** Request with the messages that `fit` returned last, until `learn` has recorded its token count. */
  private sent: { readonly messages: readonly Message[]; readonly system: string | undefined } | undefined;

  /** Returns the messages to send. Prints a line if they are summarized, or if the summary fails. */
  async fit(messages: readonly Message[], reader: Reader, io: Io): Promise<readonly Message[]> {
    // A short conversation needs neither the package nor the catalog, which take time to load.
    if (this.engine === undefined && lengthOf(messages) < SHORT) return messages;
    const { compactor } = await this.engineFor(reader, io);
    const made = await compactor.run(messages, { system: reader.system, signal: io.signal });
    const note = describeCompaction(made);
    if (note !== undefined) writeNote(io.stderr, note);
    this.sent = { messages: made.messages, system: reader.system };
    return made.messages;
  }

  /** Returns shorter messages after the vendor rejected the messages as too long, or `undefined` if they cannot be shortened. */
  async fitAgain(
    messages: readonly Message[],
    overflow: LlmError,
    reader: Reader,
    io: Io,
  ): Promise<readonly Message[] | undefined> {
    const { compactor } = await this.engineFor(reader, io);
    const before = this.sent?.messages ?? messages;
    const request = { messages, system: reader.system };
    const shorter = await compactor.compact(messages, { request, signal: io.signal, overflow });
    // The counts of the shorter messages are not recorded.
    this.sent = undefined;
    if (isSame(before, shorter)) return undefined;
    writeNote(io.stderr, '(too long for the model; a shortened conversation is sent)');
    return shorter;
  }

  /** Records the vendor's token count for later estimates. */
  learn({ usage, target }: ChatResponse): void {
    if (this.sent !== undefined && usage !== undefined) this.engine?.meter.observe(this.sent, usage, target);
    this.sent = undefined;
  }

  /** Summarizes earlier messages for `/compact`, and prints the result. The compactor keeps the summary, which `fit` uses. */
  async compact(messages: readonly Message[], focus: string, reader: Reader, io: Io): Promise<void> {
    const { compactor } = await this.engineFor(reader, io);
    const options = { force: true, system: reader.system, signal: io.signal };
    const made = await compactor.run(messages, { ...options, focus: focus === '' ? undefined : focus });
    writeNote(io.stderr, describeCompaction(made) ?? reasonOf(made));
  }

  /** Returns the used share of the context window, for `/context`. */
  async status(messages: readonly Message[], reader: Reader, io: Io): Promise<ContextStatus> {
    const { compactor } = await this.engineFor(reader, io);
    return compactor.status(messages, { system: reader.system });
  }

  private async engineFor({ model, targets }: Reader, io: Io) {
    if (this.engine?.model === model) return this.engine;
    const { createCompactor, tokenMeter } = await import('@majordomo/context');
    const meter = tokenMeter();
    const compactor = createCompactor({
      summarizer: model,
      contextTokens: () => smallestContext(targets, io),
      meter,
    });
    this.engine = { compactor, meter, model };
    return this.engine;
  }
}

/** Returns the smallest context window of the targets in tokens, or `undefined` if none is known. */
async function smallestContext(targets: readonly ResolvedTarget[], io: Io): Promise<number | undefined> {
  const catalog = await currentCatalog(io);
  const known = await Promise.all(
    targets.map(async ({ vendor, model, capabilities }) => {
      const found = vendor === undefined ? undefined : await catalog.find(vendor, model);
      return found?.model.contextTokens ?? capabilities.contextTokens;
    }),
  );
  const least = Math.min(...known.filter((tokens) => tokens !== undefined));
  return Number.isFinite(least) ? least : undefined;
}

const isSame = (one: readonly Message[], other: readonly Message[]): boolean =>
  one.length === other.length && one.every((message, at) => message === other[at]);

const lengthOf = (messages: readonly Message[]): number =>
  messages.reduce((sum, { parts }) => sum + JSON.stringify(parts, withoutBytes).length, 0);

/** Replaces bytes with 6,000 characters, because a large image has about as many tokens as a text of this length. */
const withoutBytes = (_key: string, value: unknown): unknown =>
  value instanceof Uint8Array ? '-'.repeat(6000) : value;

/** Describes a summary, or the failure to create one. */
function describeCompaction({ lineage, skipped }: Compaction): string | undefined {
  if (lineage !== undefined) {
    const { tokensBefore, tokensAfter, from, to } = lineage;
    return `(messages ${from + 1} to ${to} are sent as a summary: ${grouped(tokensBefore)} → ${grouped(tokensAfter)} tokens)`;
  }
  return skipped === 'failed' ? '(the summary failed; the complete conversation is sent)' : undefined;
}

/** Returns the reason why no summary was created. */
const reasonOf = ({ skipped }: Compaction): string =>
  skipped === 'protected' ? '(no messages to summarize)' : '(a summary would not be shorter)';

const grouped = (tokens: number): string => tokens.toLocaleString('en');

const CELLS = 40;

/** Returns a bar that shows the used share of the context window, with a mark at the threshold of the next summary. */
export function contextBar({ tokens, threshold, contextTokens, share, compactions }: ContextStatus): string {
  const cellOf = (part: number): number => Math.min(CELLS, Math.round((part / contextTokens) * CELLS));
  const cells = Array.from({ length: CELLS }, (_, at) =>
    at < cellOf(tokens) ? '█' : at === cellOf(threshold) ? '│' : '░',
  );
  const made = compactions === 0 ? '' : `, ${compactions} summaries`;
  return `${cells.join('')} ${Math.round(share * 100)} %: about ${grouped(tokens)} of ${grouped(contextTokens)} tokens; summarized from ${grouped(threshold)} on${made}`;
}
