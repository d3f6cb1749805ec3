import { WorkerEntrypoint } from 'cloudflare:workers';
import { fakeBinding } from './fake-binding.ts';

/** `env.AI` in a worker of its own: its streams cross from isolate to isolate. */
export default class extends WorkerEntrypoint {
  run(model, input, options) {
    return fakeBinding(this.env.ORIGIN).run(model, input, options);
  }
}
