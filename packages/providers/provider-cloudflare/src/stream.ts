import { LlmError } from '@majordomo/core';
import type { Recovery } from '@majordomo/core';
import { asList, asRecord, isRecord } from '@majordomo/core/toolkit';
import { EventWriter, type WireReader } from '@majordomo/wire-kit';
import { parseJson } from '@majordomo/wire-kit/internal';
import { Answer, type AnswerOptions } from './answer.ts';
import { SHAPES } from './shapes.ts';

export interface RunReaderOptions extends AnswerOptions {
  /** Whether a stream was requested. */
  readonly isStream: boolean;
  /** Converts an error in the response to an `LlmError`. */
  readonly toLlmError: (body: unknown) => LlmError;
}

/** Converts a response of `run` in any format: server-sent events, or one object. */
export class RunReader implements WireReader {
  readonly writer: EventWriter;
  done = false;
  private readonly answer: Answer;
  private readonly options: RunReaderOptions;
  /** Whether the latest chunk contains usage but no choice. Only the last chunk of a stream has this form. */
  private hasTotals = false;

  constructor(options: RunReaderOptions) {
    this.writer = options.writer;
    this.options = options;
    this.answer = new Answer(options);
  }

  readMessage(data: string): void {
    if (data.trim() === '[DONE]') {
      this.finish();
      return;
    }
    const json = this.parseChunk(data);
    this.hasTotals = Array.isArray(json['choices']) && json['choices'].length === 0 && 'usage' in json;
    this.readShape(json, 'chunk');
    // Two formats have an event for the end of the response. After `response.incomplete`, `end` finishes the response.
    if (json['type'] === 'message_stop' || json['type'] === 'response.completed') this.finish();
  }

  /** Processes a non-streaming body. A REST body contains the response in `result`. */
  readBody(json: unknown): void {
    if (typeof json === 'string' || typeof json === 'number') this.answer.text(String(json));
    else {
      const outer = asRecord(json);
      const inner = 'result' in outer ? outer['result'] : outer;
      this.checkErrors(outer);
      if (typeof inner === 'string' || typeof inner === 'number') this.answer.text(String(inner));
      else if (Object.keys(asRecord(inner)).length === 0) throw this.emptyError();
      else this.readShape(asRecord(inner), 'result');
    }
    // A complete body may lack a finish reason.
    this.answer.hasNoFinishReason ||= this.answer.rawFinish === undefined;
    this.finish();
  }

  end(): void {
    if (this.answer.rawFinish === undefined && !this.hasTotals) {
      const { target } = this.writer;
      const message = `${target}: the stream ended without a finish reason; error.details.partial contains the content that arrived`;
      throw new LlmError('truncated', message, { target });
    }
    this.finish();
  }

  private parseChunk(data: string): Readonly<Record<string, unknown>> {
    const json = parseJson(data, this.writer.target);
    if (!isRecord(json)) throw this.protocolError('chunk');
    return json;
  }

  private readShape(json: Readonly<Record<string, unknown>>, path: string): void {
    this.checkErrors(json);
    if (!SHAPES.some((shape) => shape(this.answer, json))) throw this.protocolError(path);
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

  private protocolError(path: string): LlmError {
    const { target } = this.writer;
    return new LlmError('protocol', `${target}: the response has an unknown form at "${path}"`, {
      target,
      path,
    });
  }

  /** Returns the error for an empty result, which some models send for a streaming request (vendor's client, 2026-05). */
  private emptyError(): LlmError {
    const { target } = this.writer;
    const recover = this.options.isStream ? WITHOUT_STREAM : undefined;
    return new LlmError('truncated', `${target}: the response has an empty result`, {
      target,
      path: 'result',
      recover,
    });
  }
}

const WITHOUT_STREAM: Recovery = {
  id: 'complete',
  what: 'sent without streaming',
  apply: (request) => request,
  delivery: 'complete',
  remember: true,
};
