import { LlmError } from '@majordomo/core';
import type { Recovery } from '@majordomo/core';
import { asList, asRecord, isRecord } from '@majordomo/core/toolkit';
import { EventWriter, type WireReader } from '@majordomo/wire-kit';
import { Answer, type AnswerOptions } from './answer.ts';
import { SHAPES } from './shapes.ts';

export interface RunReaderOptions extends AnswerOptions {
  /** A stream was asked for. */
  readonly isStream: boolean;
  /** What an error inside the answer means. */
  readonly toLlmError: (body: unknown) => LlmError;
}

/** Reads what `run` answers, whatever its shape: server-sent events, or one object. */
export class RunReader implements WireReader {
  readonly writer: EventWriter;
  done = false;
  private readonly answer: Answer;
  private readonly options: RunReaderOptions;
  /** Usage without a choice: the last chunk of a stream. */
  private sawTotals = false;

  constructor(options: RunReaderOptions) {
    this.writer = options.scribe;
    this.options = options;
    this.answer = new Answer(options);
  }

  readMessage(data: string): void {
    if (data.trim() === '[DONE]') {
      this.finish();
      return;
    }
    const json = this.parsed(data);
    this.sawTotals = Array.isArray(json['choices']) && json['choices'].length === 0 && 'usage' in json;
    this.read(json, 'chunk');
    // The third and fourth shape have an end of their own.
    if (json['type'] === 'message_stop' || json['type'] === 'response.completed') this.finish();
  }

  /** Over REST the answer stands in `result`. */
  readBody(json: unknown): void {
    if (typeof json === 'string' || typeof json === 'number') this.answer.text(String(json));
    else {
      const outer = asRecord(json);
      const inner = 'result' in outer ? outer['result'] : outer;
      this.checkErrors(outer);
      if (typeof inner === 'string' || typeof inner === 'number') this.answer.text(String(inner));
      else if (Object.keys(asRecord(inner)).length === 0) throw this.nothing();
      else this.read(asRecord(inner), 'result');
    }
    this.answer.isPlain ||= this.answer.rawFinish === undefined;
    this.finish();
  }

  end(): void {
    if (this.answer.rawFinish === undefined && !this.sawTotals) {
      const { target } = this.writer;
      throw new LlmError('truncated', `${target} stopped without a finish reason or end marker`, { target });
    }
    this.finish();
  }

  private parsed(data: string): Readonly<Record<string, unknown>> {
    const { target } = this.writer;
    let json: unknown;
    try {
      json = JSON.parse(data);
    } catch (cause) {
      throw new LlmError(
        'protocol',
        `${target} sent a chunk of broken JSON`,
        { target, path: '' },
        { cause },
      );
    }
    if (!isRecord(json)) throw this.drifted('chunk');
    return json;
  }

  private read(json: Readonly<Record<string, unknown>>, path: string): void {
    this.checkErrors(json);
    if (!SHAPES.some((shape) => shape(this.answer, json))) throw this.drifted(path);
  }

  private checkErrors(json: Readonly<Record<string, unknown>>): void {
    const isError = (json['error'] !== undefined && json['error'] !== null) || json['type'] === 'error';
    if (isError || json['success'] === false || asList(json['errors']).length > 0)
      throw this.options.toLlmError(json);
  }

  private finish(): void {
    this.done = true;
    this.answer.finish();
  }

  private drifted(path: string): LlmError {
    const { target } = this.writer;
    return new LlmError('protocol', `${target} answered with a "${path}" of no known shape`, {
      target,
      path,
    });
  }

  /** Some models answer a request for a stream with an empty result (seen in the vendor's own client, 2026-05). */
  private nothing(): LlmError {
    const { target } = this.writer;
    const recover = this.options.isStream ? WHOLE : undefined;
    return new LlmError('truncated', `${target} answered with an empty result`, {
      target,
      path: 'result',
      recover,
    });
  }
}

const WHOLE: Recovery = {
  id: 'complete',
  what: 'answer asked for in one piece',
  apply: (request) => request,
  delivery: 'complete',
  remember: true,
};
