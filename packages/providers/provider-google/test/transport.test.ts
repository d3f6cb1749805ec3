import { testProviderTransport } from '@majordomo/test-support';
import { createGoogle } from '../src/index.ts';
import { failing, OK } from './answers.ts';

testProviderTransport({
  create: createGoogle,
  hello: OK,
  rejection: failing(401, '{"error":{"code":401,"message":"no key-1","status":"UNAUTHENTICATED"}}'),
  keyHeader: (key) => ({ 'x-goog-api-key': key }),
});
