#include "app/commands/secret.hpp"

#include <cstdlib>
#include <fstream>

namespace cutroom::app {

std::string secret_from(const std::string& file, const char* variable) {
  if (file.empty()) {
    const char* value = std::getenv(variable);
    return value == nullptr ? "" : value;
  }
  std::string line;
  std::ifstream from(file);
  std::getline(from, line);
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

}  // namespace cutroom::app
