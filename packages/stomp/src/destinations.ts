/** Where requests go; a destination below one of them counts as well. */
export const requestDestinations = ["jms.topic.vdsm_requests", "jms.topic.vdsm_irs_requests"] as const;

/** Where answers go when the request does not say otherwise. */
export const defaultReplyDestination = "jms.topic.vdsm_responses";

export const eventDestination = "jms.queue.events";

export function isRequestDestination(destination: string): boolean {
  return requestDestinations.some((queue) => destination === queue || destination.startsWith(`${queue}.`));
}

/** Whether a subscription to `subscribed` sees what is sent to `destination`: the same, or one of its parents by dots. */
export function covers(subscribed: string, destination: string): boolean {
  return destination === subscribed || destination.startsWith(`${subscribed}.`);
}
