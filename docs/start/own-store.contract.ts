import { counterStoreContract } from "@durable-counter/testing";
import { describe, expect, test } from "vitest";
import { OwnStore } from "./own-store.ts";

counterStoreContract({ describe, test, expect }, (options) => new OwnStore(options));
