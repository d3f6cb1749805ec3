import { withCallSite } from '../errors/call-site.ts';
import { PartialJson } from '../json/partial.ts';
import type { Ending, Source } from '../stream/pulled-stream.ts';
import type { CallOptions } from '../types/call-options.ts';
import type { StreamEvent } from '../types/events.ts';
import type {
  ChatStream,
  DeepPartial,
  JsonSchemaRequest,
  ObjectResponse,
  TypedRequest,
} from '../types/majordomo.ts';
import { ObjectRounds, type TypedCalls } from './object-rounds.ts';
import type { OutputRoot } from './to-json-schema.ts';

/** Asks with the schema, decodes the answer and checks it, in as many rounds as the options allow. */
export async function generateObject<T>(
  calls: TypedCalls,
  request: TypedRequest<T> | JsonSchemaRequest,
  options?: CallOptions,
): Promise<ObjectResponse<T>> {
  const rounds = new ObjectRounds<T>(request, options, calls.limits(options));
  try {
    for (;;) {
      const response = await calls.generate(rounds.request, rounds.options(), rounds.pick);
      const answer = await rounds.take(response);
      if (answer !== undefined) return answer;
    }
  } catch (error) {
    throw rounds.failed(error);
  } finally {
    rounds.close();
  }
}

/** A typed call whose value is looked at while it grows, from round to round. */
export class ObjectRun<T> implements Source<DeepPartial<T>> {
  private readonly calls: TypedCalls;
  private readonly request: TypedRequest<T>;
  private readonly options: CallOptions | undefined;
  private readonly onEnd: (ending: Ending<ObjectResponse<T>>) => void;
  private rounds: ObjectRounds<T> | undefined;
  private round: Round | undefined;
  private isOver = false;

  constructor(
    calls: TypedCalls,
    request: TypedRequest<T>,
    options: CallOptions | undefined,
    onEnd: (ending: Ending<ObjectResponse<T>>) => void,
  ) {
    this.calls = calls;
    this.request = request;
    this.options = options;
    this.onEnd = onEnd;
  }

  async pull(): Promise<readonly DeepPartial<T>[] | undefined> {
    try {
      const { request, options, calls } = this;
      const rounds = (this.rounds ??= new ObjectRounds<T>(request, options, calls.limits(options)));
      while (!this.isOver) {
        const round = (this.round ??= this.begin(rounds));
        const next = await round.events.next();
        const seen = next.done === true ? await this.answered(rounds, round) : look(round, next.value);
        if (seen.length > 0) return seen as readonly DeepPartial<T>[];
      }
      return undefined;
    } catch (cause) {
      throw this.failed(cause);
    }
  }

  abandon(why: string): void {
    this.rounds?.leave(why);
    // What the round says to that is heard below.
    this.round?.events.return?.().catch(() => undefined);
  }

  private begin(rounds: ObjectRounds<T>): Round {
    const { request, pick, root } = rounds;
    const stream = this.calls.stream(request, { ...rounds.options(), afterCommit: 'restart' }, pick);
    const events = stream[Symbol.asyncIterator]();
    // A round can end while nobody reads: by an abort, or by its time.
    stream.response().catch((error: unknown) => this.failed(error));
    return { stream, events, root, json: new PartialJson() };
  }

  /** The last snapshot, unless the answer goes back to be corrected. */
  private async answered(rounds: ObjectRounds<T>, { stream }: Round): Promise<readonly unknown[]> {
    const answer = await rounds.take(await stream.response());
    this.round = undefined;
    if (answer === undefined) return [];
    this.end({ result: answer });
    return [answer.value];
  }

  private failed(cause: unknown): unknown {
    const error = withCallSite(this.calls.site, this.rounds?.failed(cause) ?? cause);
    this.end({ error });
    return error;
  }

  private end(ending: Ending<ObjectResponse<T>>): void {
    this.isOver = true;
    this.rounds?.close();
    this.onEnd(ending);
  }
}

/** One answer to the request, as it comes. */
interface Round {
  readonly stream: ChatStream;
  readonly events: AsyncIterator<StreamEvent>;
  readonly root: OutputRoot;
  json: PartialJson;
}

/** The value so far, when the event made it grow. */
function look(round: Round, event: StreamEvent): readonly unknown[] {
  if (event.type === 'reset') round.json = new PartialJson();
  if (event.type !== 'text-delta' || !round.json.push(event.text)) return [];
  const value = round.root.unwrap(round.json.value());
  return value === undefined ? [] : [value];
}
