import type { Settings } from '../options.ts';
import { authorize } from './authorize.ts';
import { reportToOperator } from '../errors/report.ts';

/** Returns whether `authorize` returns a caller with `admin: true`. Returns `false` if `authorize` is not set or fails. */
export async function isAdmin(request: Request, requestId: string, settings: Settings): Promise<boolean> {
  if (settings.authorize === undefined) return false;
  try {
    return (await authorize(withoutBody(request), settings, false)).admin === true;
  } catch (error) {
    reportToOperator(error, requestId, settings);
    return false;
  }
}

/** Copies a request without its body, so that the mounted handler can read the body. */
const withoutBody = ({ url, method, headers, signal }: Request): Request =>
  new Request(url, { method, headers, signal });
