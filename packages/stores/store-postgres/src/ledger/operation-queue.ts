/** Maximum number of operations in one statement. */
const MAX_OPERATIONS = 100;
/** Maximum number of concurrent statements. Further statements would only wait for the same locks. */
const MAX_STATEMENTS = 2;

/** Operation of the ledger in the format of its database function. */
export type Operation = Readonly<Record<string, unknown>> & { readonly type: 'reserve' | 'settle' | 'renew' };

/** Result of an operation. */
export type Answer = Readonly<Record<string, unknown>>;

interface Waiting {
  readonly operation: Operation;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/** Queue of operations. Sends up to `MAX_OPERATIONS` waiting operations in one statement, in their order. */
export class OperationQueue {
  private readonly execute: (operations: readonly Operation[]) => Promise<readonly Answer[]>;
  private waiting: Waiting[] = [];
  private statements = 0;

  constructor(execute: (operations: readonly Operation[]) => Promise<readonly Answer[]>) {
    this.execute = execute;
  }

  add(operation: Operation): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ operation, resolve, reject });
      // Wait for the other operations of this tick, to send them in one statement.
      queueMicrotask(() => {
        this.sendNext();
      });
    });
  }

  /** Removes an operation from the queue. Returns false if the operation has already been sent. */
  withdraw(operation: Operation): boolean {
    const count = this.waiting.length;
    this.waiting = this.waiting.filter((one) => one.operation !== operation);
    return this.waiting.length < count;
  }

  private sendNext(): void {
    if (this.waiting.length === 0 || this.statements === MAX_STATEMENTS) return;
    this.statements++;
    const batch = this.waiting.splice(0, MAX_OPERATIONS);
    void this.execute(batch.map(({ operation }) => operation))
      .then(
        (answers) => {
          for (const [index, { resolve }] of batch.entries()) resolve(answers[index] ?? {});
        },
        (error: unknown) => {
          for (const { reject } of batch) reject(error);
        },
      )
      .finally(() => {
        this.statements--;
        this.sendNext();
      });
  }
}
