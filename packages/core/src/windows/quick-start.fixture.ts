import { increment, isCounterError, type CounterStore } from "@durable-counter/core";
import { calendarWindow } from "@durable-counter/core/windows";

const month = calendarWindow({ per: "month", timeZone: "Europe/Zurich", anchorDay: 31 });

/** What a customer may still do this month. */
export async function useQuota(store: CounterStore, customer: string, request: { id: string; at: number }) {
  try {
    const { remaining, resetsAt } = await store.apply({
      id: customer,
      commands: [increment()],
      limits: { max: 1_000 },
      window: month,
      idempotencyKey: request.id,
      issuedAt: request.at,
    });
    return { remaining, resetsAt };
  } catch (error) {
    if (!isCounterError(error, "limit-exceeded")) throw error;
    return { remaining: 0, resetsAt: error.details["resetsAt"] };
  }
}
