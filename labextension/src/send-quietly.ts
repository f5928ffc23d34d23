/** Sends to a kernel, which may be gone or go before it has answered; false if it is gone. */
export function sendQuietly(send: () => Promise<unknown>): boolean {
  try {
    send().catch(() => {});
    return true;
  } catch {
    return false;
  }
}
