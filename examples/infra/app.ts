/* oxlint-disable no-new -- a construct joins its scope when it is made */
import { App } from "aws-cdk-lib";
import { CounterStack } from "./counter-stack.ts";
import { settings } from "./settings.ts";

/** It names no account and no Region: a deployment uses those of the credentials. */
const app = new App({ analyticsReporting: false });
new CounterStack(app, "DurableCounters", settings(app.node));
