import { WorkerEntrypoint } from 'cloudflare:workers';
import { fakeBinding } from './fake-binding.ts';

/** `env.AI` in a separate worker. Its streams pass from one isolate to another. */
export default class extends WorkerEntrypoint {
  run(model, input, options) {
    return fakeBinding(this.env.ORIGIN).run(model, input, options);
  }
}
