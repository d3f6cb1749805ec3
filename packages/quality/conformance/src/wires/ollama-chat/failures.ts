import type { FailureForm, FailureName } from '@majordomo/testing/internal';

const failed = (status: number, message: string): FailureForm => ({ status, type: '', message });

/**
 * Failures of the server and of its cloud. Sources: server/routes.go; users' reports of 2025-12 to 2026-11; a recording for the
 * context overflow.
 */
export const OLLAMA_FAILURES: Readonly<Partial<Record<FailureName, FailureForm>>> = {
  invalid: failed(400, 'json: cannot unmarshal string into Go struct field ChatRequest.options of type map'),
  overflow: failed(400, 'prompt too long; exceeded max context length by 1119046 tokens (ref: 0001)'),
  auth: failed(401, 'unauthorized'),
  billing: failed(403, 'this model requires a subscription, upgrade for access: https://ollama.com/upgrade'),
  permission: failed(403, 'ollama cloud is disabled: remote model details are unavailable'),
  'not-found': failed(404, "model 'm' not found"),
  'rate-limit': failed(429, 'too many concurrent requests'),
  quota: failed(429, 'you (u) have reached your weekly usage limit, upgrade for higher limits'),
  server: failed(500, 'llama runner process has terminated: exit status 2'),
  'bad-gateway': failed(502, 'dial tcp: lookup ollama.com: no such host'),
  unavailable: failed(503, 'server busy, please try again.  maximum pending requests exceeded'),
  overloaded: failed(503, 'Server overloaded, please retry shortly (ref: 0002)'),
};
