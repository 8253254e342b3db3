#include "adapters/codec_vips/vips_library.hpp"

#include <stdexcept>

#include <vips/vips.h>

// Here and not in the tests, so that every program which decodes has them under the sanitizer presets.
#ifdef __SANITIZE_THREAD__
// GLib locks with futexes of its own, which an uninstrumented library can't tell the sanitizer of: what
// libvips and its loaders do among themselves looks like races.
extern "C" __attribute__((weak)) const char* __tsan_default_suppressions() {
  return "called_from_lib:libvips.so\ncalled_from_lib:libglib-2.0.so\ncalled_from_lib:libgobject-2.0."
         "so\ncalled_from_lib:libgio-2.0.so\n"
         "called_from_lib:libpng16.so\ncalled_from_lib:libz.so\ncalled_from_lib:libjpeg.so\n"
         "called_from_lib:libwebp.so\ncalled_from_lib:libwebpmux.so\ncalled_from_lib:libwebpdemux.so\n"
         "called_from_lib:libtiff.so\ncalled_from_lib:libheif.so\ncalled_from_lib:libde265.so\n"
         "called_from_lib:libx265.so\ncalled_from_lib:libaom.so\ncalled_from_lib:libdav1d.so\n"
         "called_from_lib:liborc-0.4.so\ncalled_from_lib:liblcms2.so\ncalled_from_lib:libcgif.so\n"
         "called_from_lib:libexif.so\ncalled_from_lib:libimagequant.so\n"
         "race:libvips.so\nrace:libglib-2.0.so\nrace:libgobject-2.0.so\n";
}
#endif
#ifdef __SANITIZE_ADDRESS__
// The HEIC encoder, which tests use to make their files, keeps a kilobyte.
extern "C" __attribute__((weak)) const char* __lsan_default_suppressions() {
  return "leak:libx265\nleak:x265::\n";
}
#endif

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
