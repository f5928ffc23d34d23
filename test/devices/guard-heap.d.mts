export function guardHeap(): void;
