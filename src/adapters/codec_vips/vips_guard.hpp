// The one place where libvips' exceptions end.
#pragma once

#include <exception>
#include <string>
#include <utility>

#include <vips/vips8>

#include "base/error.hpp"

namespace cutroom::codec_vips {

// libvips keeps buffers per thread, which it wants back before the thread ends.
struct ThreadLeave {
  ~ThreadLeave() { vips_thread_shutdown(); }
};

// libvips' error text is shared by all threads, so that under load it may tell of another file too: good
// enough for a log.
template <class Fn>
auto guarded(Errc code, Fn fn) -> decltype(fn()) {
  thread_local const ThreadLeave leave;
  (void)leave;
  std::string detail;
  try {
    auto result = fn();
    vips_error_clear();  // Loaders leave warnings there, which would pile up.
    return result;
  } catch (const std::exception& e) {
    detail = e.what();
  }
  vips_error_clear();
  return Error{.code = code, .detail = std::move(detail)};
}

}  // namespace cutroom::codec_vips
