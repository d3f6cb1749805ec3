import type { ServerResponse } from 'node:http';
import { testServer, type Seen, type TestServer } from '@majordomo/test-support';
import { createGoogle } from '@majordomo/provider-google';
import { openaiCompatible, openrouter, xai } from '@majordomo/provider-openai';
import type { Provider } from '@majordomo/core';

/** Answer to a look: a status, or a JSON body in which the origin of the server replaces `ORIGIN`. */
export type Look = number | object;

/** Answers to the looks at the videos of each vendor, in order. The last one repeats. */
export interface Plan {
  readonly google?: readonly Look[];
  readonly xai?: readonly Look[];
  readonly openrouter?: readonly Look[];
  /** Answer to each start, by vendor: a status, or a JSON body. `@default` the vendor accepts it */
  readonly starts?: Partial<Record<Vendor, number | object>>;
  /** Size of a video in bytes. `@default` 5 */
  readonly bytes?: number;
  /** Sends the content of a video in place of the server. */
  readonly content?: (response: ServerResponse) => void;
}

type Vendor = 'google' | 'xai' | 'openrouter';

/** Server with the video APIs of three vendors. */
export interface VideoServer extends TestServer {
  readonly providers: readonly Provider[];
  /** Starts of videos, by vendor. */
  starts(vendor: Vendor): readonly Seen[];
}

const OPERATION = 'models/veo-3.1-generate-preview/operations/op_1';

/** Paths of the requests, by vendor and step. */
const ROUTES: readonly (readonly [vendor: Vendor, step: 'start' | 'look' | 'content', pattern: RegExp])[] = [
  ['google', 'start', /^POST \/v1beta\/models\/veo-3\.1-generate-preview:predictLongRunning$/],
  ['google', 'look', /^GET \/v1beta\/models\/veo-3\.1-generate-preview\/operations\/op_1$/],
  ['google', 'content', /^GET \/download\/v1beta\/files\/clip:download\?alt=media$/],
  ['xai', 'start', /^POST \/v1\/videos\/generations$/],
  ['xai', 'look', /^GET \/v1\/videos\/vid_1$/],
  ['xai', 'content', /^GET \/signed\/clip\.mp4$/],
  ['openrouter', 'start', /^POST \/api\/v1\/videos$/],
  ['openrouter', 'look', /^GET \/api\/v1\/videos\/gen-1$/],
  ['openrouter', 'content', /^GET \/api\/v1\/videos\/gen-1\/content\?index=\d$/],
];

const STARTED = {
  google: { name: OPERATION },
  xai: { request_id: 'vid_1' },
  openrouter: { id: 'gen-1', polling_url: '/api/v1/videos/gen-1', status: 'pending' },
};

/** Starts the server. It refuses requests with a wrong credential, and requests for a signed URL with any credential. */
export async function startVideoServer(plan: Plan): Promise<VideoServer> {
  const looks = { google: 0, xai: 0, openrouter: 0 };
  const server = await testServer((response, request) => {
    const send = (status: number, body: object): void => {
      response
        .writeHead(status, { 'content-type': 'application/json' })
        .end(JSON.stringify(body).replaceAll('ORIGIN', server.origin));
    };
    const [vendor, step] = routeOf(request) ?? [];
    if (vendor === undefined) {
      send(404, { error: { message: `no route for ${request.method} ${request.path}` } });
      return;
    }
    if (!isAuthorized(request, vendor, step)) {
      send(401, { error: { message: 'wrong credential', status: 'UNAUTHENTICATED', code: 401 } });
      return;
    }
    if (step === 'start') {
      const start = plan.starts?.[vendor] ?? STARTED[vendor];
      if (typeof start === 'number') send(start, { error: { message: 'busy', code: start } });
      else send(200, start);
      return;
    }
    if (step === 'content') {
      (plan.content ?? ((open) => sendVideo(open, plan.bytes ?? 5)))(response);
      return;
    }
    const steps = plan[vendor] ?? [];
    const look = steps[Math.min(looks[vendor]++, steps.length - 1)] ?? {};
    if (typeof look === 'number') send(look, { error: { message: 'sorry', code: look } });
    else send(200, look);
  });
  return Object.assign(server, {
    providers: [
      createGoogle({ apiKey: 'key', baseURL: server.origin }),
      openaiCompatible(xai, { id: 'grok', apiKey: 'key', baseURL: `${server.origin}/v1` }),
      openaiCompatible(openrouter, { apiKey: 'key', baseURL: `${server.origin}/api/v1` }),
    ],
    starts: (vendor: Vendor) =>
      server.requests.filter((request) => {
        const [found, step] = routeOf(request) ?? [];
        return found === vendor && step === 'start';
      }),
  });
}

const routeOf = ({ method, path }: Seen): (typeof ROUTES)[number] | undefined =>
  ROUTES.find(([, , pattern]) => pattern.test(`${method} ${path}`));

function isAuthorized({ headers }: Seen, vendor: Vendor, step: string | undefined): boolean {
  if (vendor === 'google') return headers['x-goog-api-key'] === 'key';
  if (vendor === 'xai' && step === 'content') return headers.authorization === undefined;
  return headers.authorization === 'Bearer key';
}

/** Sends a video in chunks, as fast as the client reads. */
function sendVideo(response: ServerResponse, bytes: number): void {
  response.writeHead(200, { 'content-type': 'video/mp4', 'content-length': bytes });
  let sent = 0;
  const write = (): void => {
    while (sent < bytes) {
      const chunk = Buffer.alloc(Math.min(65_536, bytes - sent), 'v');
      sent += chunk.length;
      if (!response.write(chunk)) {
        response.once('drain', write);
        return;
      }
    }
    response.end();
  };
  write();
}
