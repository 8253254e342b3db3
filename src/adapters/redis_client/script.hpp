// A Lua script, to be called by its digest; or as a function of a library, where the server keeps such.
#pragma once

#include <string>
#include <string_view>

namespace cutroom::redis_client {

// Functions that the server keeps: what stands around them is made once, not for each call. They are named
// <library>_<function>, and the library by its text, so that another version of it is another library.
struct Library {
  std::string name;
  std::string text;  // As FUNCTION LOAD takes it.
};

struct Script {
  std::string name;  // For the log.
  std::string text;
  std::string sha1;  // Of the text, as EVALSHA takes it.
  // Where the same is a function of it, too. It must live as long.
  const Library* library = nullptr;
};

Script make_script(std::string name, std::string text, const Library* library = nullptr);
// `name` is followed by what tells this text from others; $library in the text stands for the whole.
Library make_library(std::string_view name, std::string_view text);

}  // namespace cutroom::redis_client
