import type { Settings } from '../options.ts';
import { authorize } from './authorize.ts';
import { reportToOperator } from '../errors/report.ts';

/** Does `authorize` know who asks, and say that it may see the inspector? Whatever else it does is a no. */
export async function isAdmin(request: Request, requestId: string, settings: Settings): Promise<boolean> {
  if (settings.authorize === undefined) return false;
  try {
    return (await authorize(withoutBody(request), settings, false)).admin === true;
  } catch (error) {
    reportToOperator(error, requestId, settings);
    return false;
  }
}

/** Who asks stands in the headers; the body is the inspector's to read, as far as it wants. */
const withoutBody = ({ url, method, headers, signal }: Request): Request =>
  new Request(url, { method, headers, signal });
