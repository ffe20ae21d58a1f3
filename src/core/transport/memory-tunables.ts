/**
 * GLIBC_TUNABLES of an agent (glibc manual, "Memory Allocation Tunables"): memory that a chunk leaves stays with the process
 * for the next chunk, in huge pages where the kernel gives them. Otherwise it goes back to the kernel and comes again page by
 * page, which is a sixth of a run's time. Other systems do not look at it.
 */
export const memoryTunables = [
  'glibc.malloc.hugetlb=1',
  `glibc.malloc.mmap_threshold=${32 << 20}`,
  `glibc.malloc.trim_threshold=${64 << 20}`,
  `glibc.malloc.top_pad=${4 << 20}`,
].join(':');
