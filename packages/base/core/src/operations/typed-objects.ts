import { withCallSite } from '../errors/call-site.ts';
import { PartialJson } from '../json/partial.ts';
import type { Ending, Source } from '../stream/pulled-stream.ts';
import type { CallOptions } from '../types/call-options.ts';
import type { StreamEvent } from '../types/response.ts';
import type {
  ChatStream,
  DeepPartial,
  JsonSchemaRequest,
  ObjectResponse,
  TypedRequest,
} from '../types/majordomo.ts';
import { ObjectRounds, type TypedCalls } from './object-rounds.ts';
import type { OutputRoot } from '../schema/to-json-schema.ts';

/** Runs rounds until an answer fits the schema. Throws the error of the last round if none fits. */
export async function generateObject<T>(
  calls: TypedCalls,
  request: TypedRequest<T> | JsonSchemaRequest,
  options?: CallOptions,
): Promise<ObjectResponse<T>> {
  const rounds = new ObjectRounds<T>(request, options, calls.limits(options));
  try {
    for (;;) {
      const response = await calls.generate(rounds.request, rounds.options(), rounds.plan());
      const answer = await rounds.evaluate(response);
      if (answer !== undefined) return answer;
    }
  } catch (error) {
    throw rounds.finalError(error);
  } finally {
    rounds.close();
  }
}

/** Source of the snapshots of a typed call, across all its rounds. */
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
        const snapshots =
          next.done === true ? await this.finishRound(rounds, round) : snapshotAfter(round, next.value);
        if (snapshots.length > 0) return snapshots as readonly DeepPartial<T>[];
      }
      return undefined;
    } catch (cause) {
      throw this.fail(cause);
    }
  }

  abandon(why: string): void {
    this.rounds?.abort(why);
    // `begin` already handles the error of the round, which ends the typed stream.
    this.round?.events.return?.().catch(() => undefined);
  }

  private begin(rounds: ObjectRounds<T>): Round {
    const { request, root } = rounds;
    const options = { ...rounds.options(), afterCommit: 'restart' } as const;
    const stream = this.calls.stream(request, options, rounds.plan());
    const events = stream[Symbol.asyncIterator]();
    // Handle the error here too, because an abort or a time limit can end the round while nothing reads its stream.
    stream.response().catch((error: unknown) => this.fail(error));
    return { stream, events, root, json: new PartialJson() };
  }

  /** Returns the last snapshot, or an empty list if another round follows. */
  private async finishRound(rounds: ObjectRounds<T>, { stream }: Round): Promise<readonly unknown[]> {
    const answer = await rounds.evaluate(await stream.response());
    this.round = undefined;
    if (answer === undefined) return [];
    this.end({ result: answer });
    return [answer.value];
  }

  /** Ends the stream with an error. `pull` and `response()` of a round report the same failure. Only the first ending counts. */
  private fail(cause: unknown): unknown {
    const error = withCallSite(this.calls.site, this.rounds?.finalError(cause) ?? cause);
    this.end({ error });
    return error;
  }

  private end(ending: Ending<ObjectResponse<T>>): void {
    this.isOver = true;
    this.rounds?.close();
    this.onEnd(ending);
  }
}

interface Round {
  readonly stream: ChatStream;
  readonly events: AsyncIterator<StreamEvent>;
  readonly root: OutputRoot;
  json: PartialJson;
}

/** Returns a snapshot if the text has grown enough since the previous snapshot, otherwise an empty list. */
function snapshotAfter(round: Round, event: StreamEvent): readonly unknown[] {
  if (event.type === 'reset') round.json = new PartialJson();
  if (event.type !== 'text-delta' || !round.json.append(event.text)) return [];
  const value = round.root.unwrap(round.json.snapshot());
  return value === undefined ? [] : [value];
}
