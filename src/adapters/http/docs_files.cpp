#include "adapters/http/docs_files.hpp"

#include <array>

// The assembler takes a file in as it is; as an array in C++ half a megabyte takes seconds to compile. CMake
// says where the files are, and builds this anew when they change.
#define CUTROOM_EMBED(symbol, file)                                                                       \
  asm(".section .rodata\n.balign 16\n.global " #symbol "\n" #symbol ":\n.incbin \"" CUTROOM_DOCS_DIR file \
      "\"\n.global " #symbol "_end\n" #symbol "_end:\n.byte 0\n.previous\n");                             \
  extern "C" const char symbol[];                                                                         \
  extern "C" const char symbol##_end[]

CUTROOM_EMBED(cutroom_openapi_json, "/openapi.json");
CUTROOM_EMBED(cutroom_docs_index_html, "/index.html");
CUTROOM_EMBED(cutroom_docs_page_js, "/page.js.gz");
CUTROOM_EMBED(cutroom_docs_library_js, "/swagger-ui-bundle.js.gz");
CUTROOM_EMBED(cutroom_docs_library_css, "/swagger-ui.css.gz");

namespace cutroom::http {
namespace {

std::string_view between(const char* begin, const char* end) {
  return {begin, static_cast<std::size_t>(end - begin)};
}

}  // namespace

std::string_view openapi_json() { return between(cutroom_openapi_json, cutroom_openapi_json_end); }

std::string_view docs_page_html() { return between(cutroom_docs_index_html, cutroom_docs_index_html_end); }

std::span<const DocsFile> docs_files() {
  static const std::array files{
      DocsFile{"page.js", "text/javascript; charset=utf-8",
               between(cutroom_docs_page_js, cutroom_docs_page_js_end)},
      DocsFile{"swagger-ui-bundle.js", "text/javascript; charset=utf-8",
               between(cutroom_docs_library_js, cutroom_docs_library_js_end)},
      DocsFile{"swagger-ui.css", "text/css; charset=utf-8",
               between(cutroom_docs_library_css, cutroom_docs_library_css_end)},
  };
  return files;
}

}  // namespace cutroom::http
