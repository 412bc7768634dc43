/* oxlint-disable no-new -- a construct joins its scope when it is made */
import { App } from "aws-cdk-lib";
import { CounterStack } from "./counter-stack.ts";
import { settings } from "./settings.ts";

/** Without an account or a Region: those of the credentials, when it is deployed. */
const app = new App({ analyticsReporting: false });
new CounterStack(app, "DurableCounters", settings(app.node));
