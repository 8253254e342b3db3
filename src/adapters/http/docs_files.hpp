// The API's contract and the page that shows it, built into the program (scripts/docs_files.py makes them).
#pragma once

#include <span>
#include <string_view>

namespace cutroom::http {

struct DocsFile {
  std::string_view name;  // "swagger-ui.css"
  std::string_view content_type;
  std::string_view gzipped;
};

std::string_view openapi_json();
std::string_view docs_page_html();
// What the page loads.
std::span<const DocsFile> docs_files();

}  // namespace cutroom::http
