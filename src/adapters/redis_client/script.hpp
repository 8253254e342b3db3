// A Lua script, to be called by its digest.
#pragma once

#include <string>

namespace cutroom::redis_client {

struct Script {
  std::string name;  // For the log.
  std::string text;
  std::string sha1;  // Of the text, as EVALSHA takes it.
};

Script make_script(std::string name, std::string text);

}  // namespace cutroom::redis_client
