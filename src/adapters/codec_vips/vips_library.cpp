#include "adapters/codec_vips/vips_library.hpp"

#include <stdexcept>

#include <vips/vips.h>

namespace cutroom::codec_vips {
namespace {

void drop_message(const gchar*, GLogLevelFlags, const gchar*, gpointer) {}

}  // namespace

VipsLibrary::VipsLibrary() {
  if (VIPS_INIT("cutroom") != 0) throw std::runtime_error("libvips can't start");
  // What a warning is about is in the error where it matters.
  g_log_set_handler("VIPS",
                    static_cast<GLogLevelFlags>(G_LOG_LEVEL_WARNING | G_LOG_LEVEL_INFO | G_LOG_LEVEL_DEBUG),
                    drop_message, nullptr);
  vips_block_untrusted_set(TRUE);
  vips_cache_set_max(0);
  vips_concurrency_set(1);
}

VipsLibrary::~VipsLibrary() { vips_shutdown(); }

}  // namespace cutroom::codec_vips
