// Memory for pictures. The kernel hands memory out in pages of 4 KB and clears each when it is first touched;
// for the 36 MB of a 12-megapixel photo the 9000 interruptions cost a third of decoding it. Here large blocks
// are asked for in huge pages, where the system has them.
#pragma once

#include <cstddef>
#include <memory>

namespace cutroom {

// Unspecified content; throws std::bad_alloc. Freed by free_large.
void* allocate_large(std::size_t bytes);
void free_large(void*) noexcept;

struct FreeLarge {
  void operator()(void* memory) const noexcept { free_large(memory); }
};

// For std::vector.
template <class T>
struct LargeAllocator {
  using value_type = T;
  LargeAllocator() = default;
  template <class U>
  LargeAllocator(const LargeAllocator<U>&) {}  // NOLINT: as the library wants it.
  T* allocate(std::size_t count) { return static_cast<T*>(allocate_large(count * sizeof(T))); }
  void deallocate(T* memory, std::size_t) noexcept { free_large(memory); }
  bool operator==(const LargeAllocator&) const = default;
};

}  // namespace cutroom
