import { once } from "node:events";
import { connect, createServer, type AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
import { exploreInterleavings } from "./explore-interleavings.ts";
import type { ExploreInterleavingsOptions } from "./options.ts";
import { Register } from "./register.fixture.ts";
import type { ProgramContext } from "./run-program.ts";

describe("a dependency", () => {
  /** What tasks of one call each see of a dependency, as a set of traces. */
  async function explored(
    body: (context: ProgramContext, trace: (what: string) => void) => readonly (() => unknown)[],
    options: ExploreInterleavingsOptions = {},
  ) {
    const traces = new Set<string>();
    const exploration = await exploreInterleavings(async (context) => {
      const trace: string[] = [];
      await context.run(body(context, (what) => void trace.push(what)));
      traces.add(trace.join());
    }, options);
    expect(exploration).toMatchObject({ exhaustive: true, failures: [] });
    return { ...exploration, traces };
  }

  test("can have private fields, accessors, and methods that call each other", async () => {
    class Account {
      #balance = 1;
      get balance() {
        return this.#balance;
      }
      set balance(value) {
        this.#balance = value;
      }
      async pay(amount: number) {
        this.#balance = (await this.read()) + amount;
      }
      async read() {
        return this.#balance;
      }
    }
    const { schedules } = await explored(({ wrap }) => {
      const account = wrap(new Account());
      account.balance = 2;
      expect(account).toBeInstanceOf(Account);
      expect("pay" in account).toBe(true);
      return [
        async () => {
          await account.pay(3);
          expect(account.balance).toBe(5);
        },
      ];
    });
    expect(schedules).toBe(1);
  });

  test("can be frozen, have no prototype, or be a function", async () => {
    const { schedules } = await explored(({ wrap }) => {
      const frozen = wrap(Object.freeze({ get: async () => 1, limit: 3 }));
      expect(Object.keys(frozen)).toEqual(["get", "limit"]);
      const bare = wrap(
        Object.assign(Object.create(null) as { get: () => Promise<number> }, { get: async () => 2 }),
      );
      const fetched = wrap(async (from: string) => from.length);
      return [
        async () => expect([await frozen.get(), await bare.get(), await fetched("abc")]).toEqual([1, 2, 3]),
      ];
    });
    expect(schedules).toBe(1);
  });

  test("keeps its synchronous methods", async () => {
    const { traces } = await explored(({ wrap }, trace) => {
      const clock = wrap({ now: () => 7 });
      return [() => trace(`${clock.now()}`), () => trace(`${clock.now() + 1}`)];
    });
    expect([...traces]).toEqual(["7,8", "8,7"]);
  });

  test("can return promises from methods that are not marked async", async () => {
    const { schedules } = await explored(({ wrap }) => {
      const register = wrap({ get: () => Promise.resolve(1) });
      return [() => register.get(), () => register.get()];
    });
    expect(schedules).toBe(20);
  });

  test("can throw, which the message quotes", async () => {
    const { failures } = await exploreInterleavings(async ({ wrap, run }) => {
      const store = wrap({ apply: () => Promise.reject(new Error("no space")) }, "store");
      await run([() => store.apply()]);
    });
    expect(failures[0]?.message).toContain("One task after the other: no space\n");
    expect(failures[0]?.message).toContain("  A store.apply() runs and throws Error: no space\n");
  });

  test("can be iterated, one step at a time", async () => {
    const list = async function* () {
      yield 1;
      yield 2;
    };
    const { schedules, traces } = await explored(({ wrap }, trace) => {
      const store = wrap({ list, [Symbol.asyncIterator]: list }, "store");
      return [
        async () => {
          for await (const each of store.list()) trace(`${each}`);
        },
        () => trace("x"),
      ];
    });
    // Begin, three times next, each carried out and answered; and the other anywhere between.
    expect(schedules).toBe(8);
    expect([...traces].toSorted()).toEqual(["1,2,x", "1,x,2", "x,1,2"]);
  });

  test("can be an iterable itself, and be left early", async () => {
    let isClosed = false;
    const rows = async function* () {
      try {
        yield* [1, 2, 3];
      } finally {
        isClosed = true;
      }
    };
    const { schedules } = await explored(({ wrap }) => {
      const stream = wrap({ [Symbol.asyncIterator]: rows }, "stream");
      return [
        async () => {
          for await (const each of stream) if (each === 1) break;
        },
      ];
    });
    expect({ schedules, isClosed }).toEqual({ schedules: 1, isClosed: true });
  });

  test("can use wrapped dependencies", async () => {
    const { failures } = await exploreInterleavings(async ({ wrap, run }) => {
      const register = wrap(new Register(), "register");
      const counter = wrap({ add: async () => register.set((await register.get()) + 1) }, "counter");
      await run([() => counter.add(), () => counter.add()]);
      expect(await register.get()).toBe(2);
    });
    expect(failures).toMatchObject([{ schedule: "3AB" }]);
    expect(failures[0]?.message).toContain(
      "  A counter.add() runs\n  A register.get() runs: 0\n    B begins\n",
    );
  });

  test("can answer over a connection that was opened before", async () => {
    const server = createServer((socket) => {
      socket.on("data", () => void setTimeout(() => socket.write("."), 2));
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    const { port } = server.address() as AddressInfo; // it listens
    const socket = connect(port, "127.0.0.1");
    const waiting: (() => void)[] = [];
    socket.on("data", (answers) => {
      for (const _ of answers) waiting.shift()?.();
    });
    const ask = () => new Promise<void>((resolve) => void socket.write("?", () => waiting.push(resolve)));
    await ask();

    const { schedules } = await explored(({ wrap }) => {
      const wire = wrap({ ask }, "wire");
      return [() => wire.ask(), () => wire.ask()];
    });
    expect(schedules).toBe(20);
    socket.destroy();
    server.close();
  });

  test("can answer at once while another call takes long", async () => {
    const { schedules } = await explored(({ wrap }) => {
      const wire = wrap({
        fast: async () => 1,
        slow: () => new Promise((resolve) => void setTimeout(resolve, 2)),
      });
      return [() => Promise.all([wire.fast(), wire.slow()])];
    });
    // Two calls at once, of two steps each.
    expect(schedules).toBe(6);
  });

  test("can be called several immediates later", async () => {
    const immediate = () => new Promise<void>((resolve) => void setImmediate(resolve));
    const { schedules } = await explored(({ wrap }) => {
      const register = wrap(new Register());
      const later = async () => {
        for (let time = 0; time < 5; time++) await immediate();
        await register.get();
      };
      return [() => Promise.all([register.get(), later()])];
    });
    expect(schedules).toBe(6);
  });

  test("can use wrapped dependencies in a task that has a timer", async () => {
    const body = ({ wrap }: ProgramContext) => {
      const register = wrap(new Register(), "register");
      const counter = wrap({ add: async () => register.set(await register.get()) }, "counter");
      return [
        async () => {
          const timer = setTimeout(() => undefined, 100_000);
          await counter.add();
          clearTimeout(timer);
        },
        async () => undefined,
      ];
    };
    // Nobody has to wait an hour to see that all is at rest.
    expect(await explored(body, { timeoutMs: 3_600_000 })).toMatchObject({ schedules: 8 });
  });

  test("can take real time to answer", async () => {
    const { schedules } = await explored(({ wrap }) => {
      const wire = wrap({ ask: () => new Promise((resolve) => void setTimeout(resolve, 2)) });
      return [() => wire.ask(), () => wire.ask()];
    });
    expect(schedules).toBe(20);
  });
});
