// Host part of a guest runtime: providers whose streams run in the guest.
import { createServer } from 'node:http';
import { fromJson, LlmError, toJson } from '@majordomo/core';
import { PROVIDERS } from './providers.mjs';

/** Listens for one guest. `page` is the HTML for a browser. */
export async function openBridge(page = {}) {
  /** Commands that the guest has not requested yet. */
  const orders = [];
  /** Responses to requests of the guest that wait for the next command. */
  const askers = [];
  /** Functions that receive the output lines of a command, by its id. */
  const listeners = new Map();
  let last = 0;
  const order = (what) => {
    const asker = askers.shift();
    if (asker === undefined) orders.push(what);
    else answer(asker, JSON.stringify(what));
  };
  const server = createServer((request, response) => {
    const [, place = '', id = ''] = (request.url ?? '').split('/');
    if (place === 'next') {
      const next = orders.shift();
      if (next === undefined) askers.push(response);
      else answer(response, JSON.stringify(next));
    } else if (place === 'told') {
      void bodyOf(request).then((body) => {
        listeners.get(Number(id))?.(JSON.parse(body), () => answer(response, ''));
      });
    } else answer(response, page[place] ?? '', place === '' ? 'text/html' : 'text/javascript');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));

  /** Sends a command and yields its output lines. */
  const ask = (what) => {
    const id = ++last;
    const lines = new Lines();
    listeners.set(id, (line, goOn) => lines.push(line, goOn));
    order({ ...what, id });
    return { lines, stop: (how) => order({ do: 'stop', id, how }) };
  };
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    ask,
    close() {
      order({ do: 'end' });
      setTimeout(() => server.closeAllConnections(), 200);
      server.close();
    },
    provider: (side, options) => bridged(side, options, ask),
  };
}

/**
 * Returns the package's provider with its capabilities, families and timeouts, whose streams run in the guest. It has no other
 * operations, such as embeddings, because they would run in this process.
 */
function bridged(side, options, ask) {
  const local = PROVIDERS[side](options);
  const others = Object.entries(local).filter(([name]) => !name.endsWith('Model'));
  return {
    ...Object.fromEntries(others),
    model: (modelId) => {
      const model = local.model(modelId);
      return {
        ...model,
        stream: (request, context) => stream(side, options, modelId, request, context, ask),
      };
    },
  };
}

async function* stream(side, options, model, request, { signal, ...context }, ask) {
  const { lines, stop } = ask({
    do: 'stream',
    side,
    options,
    model,
    request: toJson(request),
    context: { ...context, fetch: undefined },
    aborted: signal.aborted,
  });
  const onAbort = () => stop('abort');
  signal.addEventListener('abort', onAbort, { once: true });
  let isOver = false;
  try {
    for (;;) {
      const line = await lines.next();
      isOver = line.end === true || line.crash !== undefined;
      if (line.step !== undefined) yield fromJson(line.step);
      if (line.crash !== undefined) throw new Error(`the guest crashed: ${line.crash}`);
      if (line.error !== undefined) throw errorOf(line.error);
      if (isOver) return;
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    if (!isOver) {
      stop('leave');
      // If the reader stops, the guest receives the stop before the next request.
      setTimeout(() => lines.release(), 100);
    }
  }
}

function errorOf({ kind, message, details, hasRemedy }) {
  if (kind === undefined) return new Error(`no LlmError: ${message}`);
  return new LlmError(kind, hasRemedy ? `${message} [with a remedy]` : message, details);
}

/**
 * Output lines of a command, which are read one at a time. The guest waits for the response to each line, which is sent when the reader
 * requests the next line. The last line is answered at once.
 */
class Lines {
  kept = [];
  /** Resolves the request of the reader that waits for a line. */
  reader = undefined;
  /** Sends the response to the last line, so that the guest continues. */
  goOn = undefined;

  push(line, goOn) {
    if (line.end === true || line.crash !== undefined) goOn();
    else this.goOn = goOn;
    if (this.reader === undefined) this.kept.push(line);
    else this.reader(line);
    this.reader = undefined;
  }

  next() {
    if (this.kept.length > 0) return Promise.resolve(this.kept.shift());
    this.release();
    return new Promise((resolve) => (this.reader = resolve));
  }

  release() {
    this.goOn?.();
    this.goOn = undefined;
  }
}

function answer(response, body, type = 'application/json') {
  response.writeHead(200, { 'content-type': type });
  response.end(body);
}

async function bodyOf(request) {
  let body = '';
  for await (const piece of request.setEncoding('utf8')) body += piece;
  return body;
}
