#include "base/large_memory.hpp"

#include <cstdlib>
#include <new>

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace cutroom {

void* allocate_large(std::size_t bytes) {
  constexpr std::size_t kHugePage = std::size_t{2}
                                    << 20U;  // On x86-64, and on arm64 with its usual small page.
  void* memory = nullptr;
  if (bytes < 2 * kHugePage) {
    memory = std::malloc(bytes > 0 ? bytes : 1);
  } else {
    const std::size_t whole_pages = (bytes + kHugePage - 1) / kHugePage * kHugePage;
    memory = std::aligned_alloc(kHugePage, whole_pages);
#ifdef __linux__
    if (memory != nullptr) madvise(memory, whole_pages, MADV_HUGEPAGE);  // A wish: nothing depends on it.
#endif
  }
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

void free_large(void* memory) noexcept { std::free(memory); }

}  // namespace cutroom
