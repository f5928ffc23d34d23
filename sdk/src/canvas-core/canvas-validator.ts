// @ts-nocheck
/** The canvas' validator, made of canvas.schema.json by `npm run schema`. */
"use strict";
export const validate = validate21;

const schema6 = {"$id":"urn:litlab:canvas:1","title":"CanvasDocument","type":"object","properties":{"version":{"const":1},"nodes":{"type":"array","items":{"$ref":"#/$defs/CanvasNode"},"maxItems":100000},"edges":{"type":"array","items":{"$ref":"#/$defs/CanvasEdge"},"maxItems":400000},"groups":{"type":"array","items":{"$ref":"#/$defs/CanvasGroup"},"maxItems":10000}},"required":["version","nodes","edges"],"additionalProperties":false,"$defs":{"nodeId":{"type":"string","pattern":"^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$"},"nodeName":{"type":"string","pattern":"^[^\\u0000-\\u001f\\u007f]{1,128}$"},"position":{"type":"object","properties":{"x":{"type":"number","minimum":-1000000000,"maximum":1000000000},"y":{"type":"number","minimum":-1000000000,"maximum":1000000000}},"required":["x","y"],"additionalProperties":false},"CanvasEdge":{"type":"object","properties":{"from":{"$ref":"#/$defs/nodeId"},"to":{"$ref":"#/$defs/nodeId"}},"required":["from","to"],"additionalProperties":false},"CanvasGroup":{"type":"object","properties":{"id":{"$ref":"#/$defs/nodeId"},"name":{"$ref":"#/$defs/nodeName"},"nodes":{"type":"array","items":{"$ref":"#/$defs/nodeId"},"maxItems":100000},"folded":{"type":"boolean"}},"required":["id","name","nodes"],"additionalProperties":false},"CanvasNode":{"type":"object","required":["id","type","settings"],"additionalProperties":false,"properties":{"id":{"$ref":"#/$defs/nodeId"},"type":{},"name":{"$ref":"#/$defs/nodeName"},"position":{"$ref":"#/$defs/position"},"settings":{}},"discriminator":{"propertyName":"type"},"oneOf":[{"properties":{"type":{"const":"input"},"settings":{"type":"object","properties":{"features":{"type":"array","items":{"type":"string","pattern":"^[^\\u0000-\\u001f\\u007f]{1,128}$"},"maxItems":1000,"uniqueItems":true}},"additionalProperties":false}},"required":["type"]},{"properties":{"type":{"const":"output"},"settings":{"type":"object","properties":{"component_name":{"type":"string","pattern":"^[^\\u0000-\\u001f\\u007f]{0,128}$"},"label_index":{"type":["integer","null"],"minimum":0,"maximum":10000},"gaussian_noise":{"type":"number","minimum":0,"maximum":100},"dropout":{"type":"number","minimum":0,"maximum":0.999},"class_weighting":{"type":"number","minimum":0,"maximum":1000000},"activation":{"enum":["auto","linear","relu","relu6","leaky_relu","elu","selu","gelu","silu","mish","softplus","softsign","sigmoid","hard_sigmoid","tanh","exponential","softmax"]},"feature":{"type":"string","pattern":"^[^\\u0000-\\u001f\\u007f]{0,128}$"}},"additionalProperties":false}},"required":["type"]},{"properties":{"type":{"const":"dense"},"settings":{"type":"object","properties":{"units":{"type":"integer","minimum":1,"maximum":1000000},"layers":{"type":"integer","minimum":1,"maximum":100},"activation":{"enum":["linear","relu","relu6","leaky_relu","elu","selu","gelu","silu","mish","softplus","softsign","sigmoid","hard_sigmoid","tanh","exponential","softmax"]},"use_bias":{"type":"boolean"},"dropout":{"type":"number","minimum":0,"maximum":0.999}},"additionalProperties":false}},"required":["type"]},{"properties":{"type":{"const":"conv1d"},"settings":{"type":"object","properties":{"filters":{"type":"integer","minimum":1,"maximum":1000000},"kernel_size":{"type":"integer","minimum":1,"maximum":100000},"strides":{"type":"integer","minimum":1,"maximum":100000},"padding":{"enum":["valid","same","causal"]},"dilation_rate":{"type":"integer","minimum":1,"maximum":100000},"activation":{"enum":["linear","relu","relu6","leaky_relu","elu","selu","gelu","silu","mish","softplus","softsign","sigmoid","hard_sigmoid","tanh","exponential","softmax"]},"use_bias":{"type":"boolean"}},"additionalProperties":false}},"required":["type"]},{"properties":{"type":{"const":"lstm"},"settings":{"type":"object","properties":{"units":{"type":"integer","minimum":1,"maximum":1000000},"return_sequences":{"type":"boolean"},"activation":{"enum":["linear","relu","relu6","leaky_relu","elu","selu","gelu","silu","mish","softplus","softsign","sigmoid","hard_sigmoid","tanh","exponential","softmax"]},"dropout":{"type":"number","minimum":0,"maximum":0.999},"recurrent_dropout":{"type":"number","minimum":0,"maximum":0.999}},"additionalProperties":false}},"required":["type"]},{"properties":{"type":{"const":"gru"},"settings":{"type":"object","properties":{"units":{"type":"integer","minimum":1,"maximum":1000000},"return_sequences":{"type":"boolean"},"activation":{"enum":["linear","relu","relu6","leaky_relu","elu","selu","gelu","silu","mish","softplus","softsign","sigmoid","hard_sigmoid","tanh","exponential","softmax"]},"dropout":{"type":"number","minimum":0,"maximum":0.999},"recurrent_dropout":{"type":"number","minimum":0,"maximum":0.999}},"additionalProperties":false}},"required":["type"]},{"properties":{"type":{"const":"attention"},"settings":{"type":"object","properties":{"score_mode":{"enum":["dot","concat"]},"use_scale":{"type":"boolean"},"dropout":{"type":"number","minimum":0,"maximum":0.999}},"additionalProperties":false}},"required":["type"]},{"properties":{"type":{"const":"flatten"},"settings":{"type":"object","properties":{},"additionalProperties":false}},"required":["type"]},{"properties":{"type":{"const":"reshape"},"settings":{"type":"object","properties":{"target_shape":{"type":"array","items":{"type":"integer","minimum":-1,"maximum":1000000000},"maxItems":8}},"additionalProperties":false}},"required":["type"]},{"properties":{"type":{"const":"concatenate"},"settings":{"type":"object","properties":{"axis":{"type":"integer","minimum":-8,"maximum":8}},"additionalProperties":false}},"required":["type"]},{"properties":{"type":{"const":"add"},"settings":{"type":"object","properties":{},"additionalProperties":false}},"required":["type"]},{"properties":{"type":{"const":"activation"},"settings":{"type":"object","properties":{"activation":{"enum":["linear","relu","relu6","leaky_relu","elu","selu","gelu","silu","mish","softplus","softsign","sigmoid","hard_sigmoid","tanh","exponential","softmax"]}},"additionalProperties":false}},"required":["type"]},{"properties":{"type":{"const":"dropout"},"settings":{"type":"object","properties":{"rate":{"type":"number","minimum":0,"maximum":0.999}},"additionalProperties":false}},"required":["type"]},{"properties":{"type":{"const":"gaussianNoise"},"settings":{"type":"object","properties":{"stddev":{"type":"number","minimum":0,"maximum":100}},"additionalProperties":false}},"required":["type"]},{"properties":{"type":{"const":"batchNormalization"},"settings":{"type":"object","properties":{"momentum":{"type":"number","minimum":0,"maximum":1},"epsilon":{"type":"number","minimum":1e-12,"maximum":1}},"additionalProperties":false}},"required":["type"]},{"properties":{"type":{"const":"layerNormalization"},"settings":{"type":"object","properties":{"epsilon":{"type":"number","minimum":1e-12,"maximum":1}},"additionalProperties":false}},"required":["type"]},{"properties":{"type":{"const":"maxPooling1d"},"settings":{"type":"object","properties":{"pool_size":{"type":"integer","minimum":1,"maximum":100000},"strides":{"type":["integer","null"],"minimum":1,"maximum":100000},"padding":{"enum":["valid","same"]}},"additionalProperties":false}},"required":["type"]},{"properties":{"type":{"const":"averagePooling1d"},"settings":{"type":"object","properties":{"pool_size":{"type":"integer","minimum":1,"maximum":100000},"strides":{"type":["integer","null"],"minimum":1,"maximum":100000},"padding":{"enum":["valid","same"]}},"additionalProperties":false}},"required":["type"]},{"properties":{"type":{"const":"globalAveragePooling1d"},"settings":{"type":"object","properties":{},"additionalProperties":false}},"required":["type"]},{"properties":{"type":{"const":"globalMaxPooling1d"},"settings":{"type":"object","properties":{},"additionalProperties":false}},"required":["type"]}]}}};
const schema7 = {"type":"object","required":["id","type","settings"],"additionalProperties":false,"properties":{"id":{"$ref":"#/$defs/nodeId"},"type":{},"name":{"$ref":"#/$defs/nodeName"},"position":{"$ref":"#/$defs/position"},"settings":{}},"discriminator":{"propertyName":"type"},"oneOf":[{"properties":{"type":{"const":"input"},"settings":{"type":"object","properties":{"features":{"type":"array","items":{"type":"string","pattern":"^[^\\u0000-\\u001f\\u007f]{1,128}$"},"maxItems":1000,"uniqueItems":true}},"additionalProperties":false}},"required":["type"]},{"properties":{"type":{"const":"output"},"settings":{"type":"object","properties":{"component_name":{"type":"string","pattern":"^[^\\u0000-\\u001f\\u007f]{0,128}$"},"label_index":{"type":["integer","null"],"minimum":0,"maximum":10000},"gaussian_noise":{"type":"number","minimum":0,"maximum":100},"dropout":{"type":"number","minimum":0,"maximum":0.999},"class_weighting":{"type":"number","minimum":0,"maximum":1000000},"activation":{"enum":["auto","linear","relu","relu6","leaky_relu","elu","selu","gelu","silu","mish","softplus","softsign","sigmoid","hard_sigmoid","tanh","exponential","softmax"]},"feature":{"type":"string","pattern":"^[^\\u0000-\\u001f\\u007f]{0,128}$"}},"additionalProperties":false}},"required":["type"]},{"properties":{"type":{"const":"dense"},"settings":{"type":"object","properties":{"units":{"type":"integer","minimum":1,"maximum":1000000},"layers":{"type":"integer","minimum":1,"maximum":100},"activation":{"enum":["linear","relu","relu6","leaky_relu","elu","selu","gelu","silu","mish","softplus","softsign","sigmoid","hard_sigmoid","tanh","exponential","softmax"]},"use_bias":{"type":"boolean"},"dropout":{"type":"number","minimum":0,"maximum":0.999}},"additionalProperties":false}},"required":["type"]},{"properties":{"type":{"const":"conv1d"},"settings":{"type":"object","properties":{"filters":{"type":"integer","minimum":1,"maximum":1000000},"kernel_size":{"type":"integer","minimum":1,"maximum":100000},"strides":{"type":"integer","minimum":1,"maximum":100000},"padding":{"enum":["valid","same","causal"]},"dilation_rate":{"type":"integer","minimum":1,"maximum":100000},"activation":{"enum":["linear","relu","relu6","leaky_relu","elu","selu","gelu","silu","mish","softplus","softsign","sigmoid","hard_sigmoid","tanh","exponential","softmax"]},"use_bias":{"type":"boolean"}},"additionalProperties":false}},"required":["type"]},{"properties":{"type":{"const":"lstm"},"settings":{"type":"object","properties":{"units":{"type":"integer","minimum":1,"maximum":1000000},"return_sequences":{"type":"boolean"},"activation":{"enum":["linear","relu","relu6","leaky_relu","elu","selu","gelu","silu","mish","softplus","softsign","sigmoid","hard_sigmoid","tanh","exponential","softmax"]},"dropout":{"type":"number","minimum":0,"maximum":0.999},"recurrent_dropout":{"type":"number","minimum":0,"maximum":0.999}},"additionalProperties":false}},"required":["type"]},{"properties":{"type":{"const":"gru"},"settings":{"type":"object","properties":{"units":{"type":"integer","minimum":1,"maximum":1000000},"return_sequences":{"type":"boolean"},"activation":{"enum":["linear","relu","relu6","leaky_relu","elu","selu","gelu","silu","mish","softplus","softsign","sigmoid","hard_sigmoid","tanh","exponential","softmax"]},"dropout":{"type":"number","minimum":0,"maximum":0.999},"recurrent_dropout":{"type":"number","minimum":0,"maximum":0.999}},"additionalProperties":false}},"required":["type"]},{"properties":{"type":{"const":"attention"},"settings":{"type":"object","properties":{"score_mode":{"enum":["dot","concat"]},"use_scale":{"type":"boolean"},"dropout":{"type":"number","minimum":0,"maximum":0.999}},"additionalProperties":false}},"required":["type"]},{"properties":{"type":{"const":"flatten"},"settings":{"type":"object","properties":{},"additionalProperties":false}},"required":["type"]},{"properties":{"type":{"const":"reshape"},"settings":{"type":"object","properties":{"target_shape":{"type":"array","items":{"type":"integer","minimum":-1,"maximum":1000000000},"maxItems":8}},"additionalProperties":false}},"required":["type"]},{"properties":{"type":{"const":"concatenate"},"settings":{"type":"object","properties":{"axis":{"type":"integer","minimum":-8,"maximum":8}},"additionalProperties":false}},"required":["type"]},{"properties":{"type":{"const":"add"},"settings":{"type":"object","properties":{},"additionalProperties":false}},"required":["type"]},{"properties":{"type":{"const":"activation"},"settings":{"type":"object","properties":{"activation":{"enum":["linear","relu","relu6","leaky_relu","elu","selu","gelu","silu","mish","softplus","softsign","sigmoid","hard_sigmoid","tanh","exponential","softmax"]}},"additionalProperties":false}},"required":["type"]},{"properties":{"type":{"const":"dropout"},"settings":{"type":"object","properties":{"rate":{"type":"number","minimum":0,"maximum":0.999}},"additionalProperties":false}},"required":["type"]},{"properties":{"type":{"const":"gaussianNoise"},"settings":{"type":"object","properties":{"stddev":{"type":"number","minimum":0,"maximum":100}},"additionalProperties":false}},"required":["type"]},{"properties":{"type":{"const":"batchNormalization"},"settings":{"type":"object","properties":{"momentum":{"type":"number","minimum":0,"maximum":1},"epsilon":{"type":"number","minimum":1e-12,"maximum":1}},"additionalProperties":false}},"required":["type"]},{"properties":{"type":{"const":"layerNormalization"},"settings":{"type":"object","properties":{"epsilon":{"type":"number","minimum":1e-12,"maximum":1}},"additionalProperties":false}},"required":["type"]},{"properties":{"type":{"const":"maxPooling1d"},"settings":{"type":"object","properties":{"pool_size":{"type":"integer","minimum":1,"maximum":100000},"strides":{"type":["integer","null"],"minimum":1,"maximum":100000},"padding":{"enum":["valid","same"]}},"additionalProperties":false}},"required":["type"]},{"properties":{"type":{"const":"averagePooling1d"},"settings":{"type":"object","properties":{"pool_size":{"type":"integer","minimum":1,"maximum":100000},"strides":{"type":["integer","null"],"minimum":1,"maximum":100000},"padding":{"enum":["valid","same"]}},"additionalProperties":false}},"required":["type"]},{"properties":{"type":{"const":"globalAveragePooling1d"},"settings":{"type":"object","properties":{},"additionalProperties":false}},"required":["type"]},{"properties":{"type":{"const":"globalMaxPooling1d"},"settings":{"type":"object","properties":{},"additionalProperties":false}},"required":["type"]}]};
const schema8 = {"type":"string","pattern":"^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$"};
const pattern0 = new RegExp("^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$", "u");

function validate23(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(errors === 0){
if(typeof data === "string"){
if(!pattern0.test(data)){
validate23.errors = [{instancePath,schemaPath:"#/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$"}}];
return false;
}
}
else {
validate23.errors = [{instancePath,schemaPath:"#/type",keyword:"type",params:{type: "string"}}];
return false;
}
}
validate23.errors = vErrors;
return errors === 0;
}

const schema9 = {"type":"string","pattern":"^[^\\u0000-\\u001f\\u007f]{1,128}$"};
const pattern1 = new RegExp("^[^\\u0000-\\u001f\\u007f]{1,128}$", "u");

function validate25(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(errors === 0){
if(typeof data === "string"){
if(!pattern1.test(data)){
validate25.errors = [{instancePath,schemaPath:"#/pattern",keyword:"pattern",params:{pattern: "^[^\\u0000-\\u001f\\u007f]{1,128}$"}}];
return false;
}
}
else {
validate25.errors = [{instancePath,schemaPath:"#/type",keyword:"type",params:{type: "string"}}];
return false;
}
}
validate25.errors = vErrors;
return errors === 0;
}

const schema10 = {"type":"object","properties":{"x":{"type":"number","minimum":-1000000000,"maximum":1000000000},"y":{"type":"number","minimum":-1000000000,"maximum":1000000000}},"required":["x","y"],"additionalProperties":false};

function validate27(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(errors === 0){
if(data && typeof data == "object" && !Array.isArray(data)){
let missing0;
if(((data.x === undefined) && (missing0 = "x")) || ((data.y === undefined) && (missing0 = "y"))){
validate27.errors = [{instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: missing0}}];
return false;
}
else {
const _errs1 = errors;
for(const key0 in data){
if(!((key0 === "x") || (key0 === "y"))){
validate27.errors = [{instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0}}];
return false;
break;
}
}
if(_errs1 === errors){
if(data.x !== undefined){
let data0 = data.x;
const _errs2 = errors;
if(errors === _errs2){
if((typeof data0 == "number") && (isFinite(data0))){
if(data0 > 1000000000 || isNaN(data0)){
validate27.errors = [{instancePath:instancePath+"/x",schemaPath:"#/properties/x/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000000}}];
return false;
}
else {
if(data0 < -1000000000 || isNaN(data0)){
validate27.errors = [{instancePath:instancePath+"/x",schemaPath:"#/properties/x/minimum",keyword:"minimum",params:{comparison: ">=", limit: -1000000000}}];
return false;
}
}
}
else {
validate27.errors = [{instancePath:instancePath+"/x",schemaPath:"#/properties/x/type",keyword:"type",params:{type: "number"}}];
return false;
}
}
var valid0 = _errs2 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.y !== undefined){
let data1 = data.y;
const _errs4 = errors;
if(errors === _errs4){
if((typeof data1 == "number") && (isFinite(data1))){
if(data1 > 1000000000 || isNaN(data1)){
validate27.errors = [{instancePath:instancePath+"/y",schemaPath:"#/properties/y/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000000}}];
return false;
}
else {
if(data1 < -1000000000 || isNaN(data1)){
validate27.errors = [{instancePath:instancePath+"/y",schemaPath:"#/properties/y/minimum",keyword:"minimum",params:{comparison: ">=", limit: -1000000000}}];
return false;
}
}
}
else {
validate27.errors = [{instancePath:instancePath+"/y",schemaPath:"#/properties/y/type",keyword:"type",params:{type: "number"}}];
return false;
}
}
var valid0 = _errs4 === errors;
}
else {
var valid0 = true;
}
}
}
}
}
else {
validate27.errors = [{instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}}];
return false;
}
}
validate27.errors = vErrors;
return errors === 0;
}

const pattern3 = new RegExp("^[^\\u0000-\\u001f\\u007f]{0,128}$", "u");

function validate22(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(errors === 0){
if(data && typeof data == "object" && !Array.isArray(data)){
let missing0;
if((((data.id === undefined) && (missing0 = "id")) || ((data.type === undefined) && (missing0 = "type"))) || ((data.settings === undefined) && (missing0 = "settings"))){
validate22.errors = [{instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: missing0}}];
return false;
}
else {
const _errs2 = errors;
for(const key0 in data){
if(!(((((key0 === "id") || (key0 === "type")) || (key0 === "name")) || (key0 === "position")) || (key0 === "settings"))){
validate22.errors = [{instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0}}];
return false;
break;
}
}
if(_errs2 === errors){
if(data.id !== undefined){
const _errs3 = errors;
if(!(validate23(data.id, {instancePath:instancePath+"/id",parentData:data,parentDataProperty:"id",rootData}))){
vErrors = vErrors === null ? validate23.errors : vErrors.concat(validate23.errors);
errors = vErrors.length;
}
var valid0 = _errs3 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.name !== undefined){
const _errs4 = errors;
if(!(validate25(data.name, {instancePath:instancePath+"/name",parentData:data,parentDataProperty:"name",rootData}))){
vErrors = vErrors === null ? validate25.errors : vErrors.concat(validate25.errors);
errors = vErrors.length;
}
var valid0 = _errs4 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.position !== undefined){
const _errs5 = errors;
if(!(validate27(data.position, {instancePath:instancePath+"/position",parentData:data,parentDataProperty:"position",rootData}))){
vErrors = vErrors === null ? validate27.errors : vErrors.concat(validate27.errors);
errors = vErrors.length;
}
var valid0 = _errs5 === errors;
}
else {
var valid0 = true;
}
if(valid0){
const tag0 = data.type;
if(typeof tag0 == "string"){
if(tag0 === "input"){
if(data && typeof data == "object" && !Array.isArray(data)){
let missing1;
if((data.type === undefined) && (missing1 = "type")){
validate22.errors = [{instancePath,schemaPath:"#/oneOf/0/required",keyword:"required",params:{missingProperty: missing1}}];
return false;
}
else {
if(data.type !== undefined){
const _errs7 = errors;
if("input" !== data.type){
validate22.errors = [{instancePath:instancePath+"/type",schemaPath:"#/oneOf/0/properties/type/const",keyword:"const",params:{allowedValue: "input"}}];
return false;
}
var valid3 = _errs7 === errors;
}
else {
var valid3 = true;
}
if(valid3){
if(data.settings !== undefined){
let data4 = data.settings;
const _errs8 = errors;
if(errors === _errs8){
if(data4 && typeof data4 == "object" && !Array.isArray(data4)){
const _errs10 = errors;
for(const key1 in data4){
if(!(key1 === "features")){
validate22.errors = [{instancePath:instancePath+"/settings",schemaPath:"#/oneOf/0/properties/settings/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1}}];
return false;
break;
}
}
if(_errs10 === errors){
if(data4.features !== undefined){
let data5 = data4.features;
const _errs11 = errors;
if(errors === _errs11){
if(Array.isArray(data5)){
if(data5.length > 1000){
validate22.errors = [{instancePath:instancePath+"/settings/features",schemaPath:"#/oneOf/0/properties/settings/properties/features/maxItems",keyword:"maxItems",params:{limit: 1000}}];
return false;
}
else {
var valid5 = true;
const len0 = data5.length;
for(let i0=0; i0<len0; i0++){
let data6 = data5[i0];
const _errs13 = errors;
if(errors === _errs13){
if(typeof data6 === "string"){
if(!pattern1.test(data6)){
validate22.errors = [{instancePath:instancePath+"/settings/features/" + i0,schemaPath:"#/oneOf/0/properties/settings/properties/features/items/pattern",keyword:"pattern",params:{pattern: "^[^\\u0000-\\u001f\\u007f]{1,128}$"}}];
return false;
}
}
else {
validate22.errors = [{instancePath:instancePath+"/settings/features/" + i0,schemaPath:"#/oneOf/0/properties/settings/properties/features/items/type",keyword:"type",params:{type: "string"}}];
return false;
}
}
var valid5 = _errs13 === errors;
if(!valid5){
break;
}
}
if(valid5){
let i1 = data5.length;
let j0;
if(i1 > 1){
const indices0 = {};
for(;i1--;){
let item0 = data5[i1];
if(typeof item0 !== "string"){
continue;
}
if(typeof indices0[item0] == "number"){
j0 = indices0[item0];
validate22.errors = [{instancePath:instancePath+"/settings/features",schemaPath:"#/oneOf/0/properties/settings/properties/features/uniqueItems",keyword:"uniqueItems",params:{i: i1, j: j0}}];
return false;
break;
}
indices0[item0] = i1;
}
}
}
}
}
else {
validate22.errors = [{instancePath:instancePath+"/settings/features",schemaPath:"#/oneOf/0/properties/settings/properties/features/type",keyword:"type",params:{type: "array"}}];
return false;
}
}
}
}
}
else {
validate22.errors = [{instancePath:instancePath+"/settings",schemaPath:"#/oneOf/0/properties/settings/type",keyword:"type",params:{type: "object"}}];
return false;
}
}
var valid3 = _errs8 === errors;
}
else {
var valid3 = true;
}
}
}
}
}
else if(tag0 === "output"){
if(data && typeof data == "object" && !Array.isArray(data)){
let missing2;
if((data.type === undefined) && (missing2 = "type")){
validate22.errors = [{instancePath,schemaPath:"#/oneOf/1/required",keyword:"required",params:{missingProperty: missing2}}];
return false;
}
else {
if(data.type !== undefined){
const _errs16 = errors;
if("output" !== data.type){
validate22.errors = [{instancePath:instancePath+"/type",schemaPath:"#/oneOf/1/properties/type/const",keyword:"const",params:{allowedValue: "output"}}];
return false;
}
var valid8 = _errs16 === errors;
}
else {
var valid8 = true;
}
if(valid8){
if(data.settings !== undefined){
let data8 = data.settings;
const _errs17 = errors;
if(errors === _errs17){
if(data8 && typeof data8 == "object" && !Array.isArray(data8)){
const _errs19 = errors;
for(const key2 in data8){
if(!(((((((key2 === "component_name") || (key2 === "label_index")) || (key2 === "gaussian_noise")) || (key2 === "dropout")) || (key2 === "class_weighting")) || (key2 === "activation")) || (key2 === "feature"))){
validate22.errors = [{instancePath:instancePath+"/settings",schemaPath:"#/oneOf/1/properties/settings/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key2}}];
return false;
break;
}
}
if(_errs19 === errors){
if(data8.component_name !== undefined){
let data9 = data8.component_name;
const _errs20 = errors;
if(errors === _errs20){
if(typeof data9 === "string"){
if(!pattern3.test(data9)){
validate22.errors = [{instancePath:instancePath+"/settings/component_name",schemaPath:"#/oneOf/1/properties/settings/properties/component_name/pattern",keyword:"pattern",params:{pattern: "^[^\\u0000-\\u001f\\u007f]{0,128}$"}}];
return false;
}
}
else {
validate22.errors = [{instancePath:instancePath+"/settings/component_name",schemaPath:"#/oneOf/1/properties/settings/properties/component_name/type",keyword:"type",params:{type: "string"}}];
return false;
}
}
var valid9 = _errs20 === errors;
}
else {
var valid9 = true;
}
if(valid9){
if(data8.label_index !== undefined){
let data10 = data8.label_index;
const _errs22 = errors;
if((!(((typeof data10 == "number") && (!(data10 % 1) && !isNaN(data10))) && (isFinite(data10)))) && (data10 !== null)){
validate22.errors = [{instancePath:instancePath+"/settings/label_index",schemaPath:"#/oneOf/1/properties/settings/properties/label_index/type",keyword:"type",params:{type: schema7.oneOf[1].properties.settings.properties.label_index.type}}];
return false;
}
if(errors === _errs22){
if((typeof data10 == "number") && (isFinite(data10))){
if(data10 > 10000 || isNaN(data10)){
validate22.errors = [{instancePath:instancePath+"/settings/label_index",schemaPath:"#/oneOf/1/properties/settings/properties/label_index/maximum",keyword:"maximum",params:{comparison: "<=", limit: 10000}}];
return false;
}
else {
if(data10 < 0 || isNaN(data10)){
validate22.errors = [{instancePath:instancePath+"/settings/label_index",schemaPath:"#/oneOf/1/properties/settings/properties/label_index/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}}];
return false;
}
}
}
}
var valid9 = _errs22 === errors;
}
else {
var valid9 = true;
}
if(valid9){
if(data8.gaussian_noise !== undefined){
let data11 = data8.gaussian_noise;
const _errs24 = errors;
if(errors === _errs24){
if((typeof data11 == "number") && (isFinite(data11))){
if(data11 > 100 || isNaN(data11)){
validate22.errors = [{instancePath:instancePath+"/settings/gaussian_noise",schemaPath:"#/oneOf/1/properties/settings/properties/gaussian_noise/maximum",keyword:"maximum",params:{comparison: "<=", limit: 100}}];
return false;
}
else {
if(data11 < 0 || isNaN(data11)){
validate22.errors = [{instancePath:instancePath+"/settings/gaussian_noise",schemaPath:"#/oneOf/1/properties/settings/properties/gaussian_noise/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}}];
return false;
}
}
}
else {
validate22.errors = [{instancePath:instancePath+"/settings/gaussian_noise",schemaPath:"#/oneOf/1/properties/settings/properties/gaussian_noise/type",keyword:"type",params:{type: "number"}}];
return false;
}
}
var valid9 = _errs24 === errors;
}
else {
var valid9 = true;
}
if(valid9){
if(data8.dropout !== undefined){
let data12 = data8.dropout;
const _errs26 = errors;
if(errors === _errs26){
if((typeof data12 == "number") && (isFinite(data12))){
if(data12 > 0.999 || isNaN(data12)){
validate22.errors = [{instancePath:instancePath+"/settings/dropout",schemaPath:"#/oneOf/1/properties/settings/properties/dropout/maximum",keyword:"maximum",params:{comparison: "<=", limit: 0.999}}];
return false;
}
else {
if(data12 < 0 || isNaN(data12)){
validate22.errors = [{instancePath:instancePath+"/settings/dropout",schemaPath:"#/oneOf/1/properties/settings/properties/dropout/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}}];
return false;
}
}
}
else {
validate22.errors = [{instancePath:instancePath+"/settings/dropout",schemaPath:"#/oneOf/1/properties/settings/properties/dropout/type",keyword:"type",params:{type: "number"}}];
return false;
}
}
var valid9 = _errs26 === errors;
}
else {
var valid9 = true;
}
if(valid9){
if(data8.class_weighting !== undefined){
let data13 = data8.class_weighting;
const _errs28 = errors;
if(errors === _errs28){
if((typeof data13 == "number") && (isFinite(data13))){
if(data13 > 1000000 || isNaN(data13)){
validate22.errors = [{instancePath:instancePath+"/settings/class_weighting",schemaPath:"#/oneOf/1/properties/settings/properties/class_weighting/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000}}];
return false;
}
else {
if(data13 < 0 || isNaN(data13)){
validate22.errors = [{instancePath:instancePath+"/settings/class_weighting",schemaPath:"#/oneOf/1/properties/settings/properties/class_weighting/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}}];
return false;
}
}
}
else {
validate22.errors = [{instancePath:instancePath+"/settings/class_weighting",schemaPath:"#/oneOf/1/properties/settings/properties/class_weighting/type",keyword:"type",params:{type: "number"}}];
return false;
}
}
var valid9 = _errs28 === errors;
}
else {
var valid9 = true;
}
if(valid9){
if(data8.activation !== undefined){
let data14 = data8.activation;
const _errs30 = errors;
if(!(((((((((((((((((data14 === "auto") || (data14 === "linear")) || (data14 === "relu")) || (data14 === "relu6")) || (data14 === "leaky_relu")) || (data14 === "elu")) || (data14 === "selu")) || (data14 === "gelu")) || (data14 === "silu")) || (data14 === "mish")) || (data14 === "softplus")) || (data14 === "softsign")) || (data14 === "sigmoid")) || (data14 === "hard_sigmoid")) || (data14 === "tanh")) || (data14 === "exponential")) || (data14 === "softmax"))){
validate22.errors = [{instancePath:instancePath+"/settings/activation",schemaPath:"#/oneOf/1/properties/settings/properties/activation/enum",keyword:"enum",params:{allowedValues: schema7.oneOf[1].properties.settings.properties.activation.enum}}];
return false;
}
var valid9 = _errs30 === errors;
}
else {
var valid9 = true;
}
if(valid9){
if(data8.feature !== undefined){
let data15 = data8.feature;
const _errs31 = errors;
if(errors === _errs31){
if(typeof data15 === "string"){
if(!pattern3.test(data15)){
validate22.errors = [{instancePath:instancePath+"/settings/feature",schemaPath:"#/oneOf/1/properties/settings/properties/feature/pattern",keyword:"pattern",params:{pattern: "^[^\\u0000-\\u001f\\u007f]{0,128}$"}}];
return false;
}
}
else {
validate22.errors = [{instancePath:instancePath+"/settings/feature",schemaPath:"#/oneOf/1/properties/settings/properties/feature/type",keyword:"type",params:{type: "string"}}];
return false;
}
}
var valid9 = _errs31 === errors;
}
else {
var valid9 = true;
}
}
}
}
}
}
}
}
}
else {
validate22.errors = [{instancePath:instancePath+"/settings",schemaPath:"#/oneOf/1/properties/settings/type",keyword:"type",params:{type: "object"}}];
return false;
}
}
var valid8 = _errs17 === errors;
}
else {
var valid8 = true;
}
}
}
}
}
else if(tag0 === "dense"){
if(data && typeof data == "object" && !Array.isArray(data)){
let missing3;
if((data.type === undefined) && (missing3 = "type")){
validate22.errors = [{instancePath,schemaPath:"#/oneOf/2/required",keyword:"required",params:{missingProperty: missing3}}];
return false;
}
else {
if(data.type !== undefined){
const _errs34 = errors;
if("dense" !== data.type){
validate22.errors = [{instancePath:instancePath+"/type",schemaPath:"#/oneOf/2/properties/type/const",keyword:"const",params:{allowedValue: "dense"}}];
return false;
}
var valid11 = _errs34 === errors;
}
else {
var valid11 = true;
}
if(valid11){
if(data.settings !== undefined){
let data17 = data.settings;
const _errs35 = errors;
if(errors === _errs35){
if(data17 && typeof data17 == "object" && !Array.isArray(data17)){
const _errs37 = errors;
for(const key3 in data17){
if(!(((((key3 === "units") || (key3 === "layers")) || (key3 === "activation")) || (key3 === "use_bias")) || (key3 === "dropout"))){
validate22.errors = [{instancePath:instancePath+"/settings",schemaPath:"#/oneOf/2/properties/settings/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key3}}];
return false;
break;
}
}
if(_errs37 === errors){
if(data17.units !== undefined){
let data18 = data17.units;
const _errs38 = errors;
if(!(((typeof data18 == "number") && (!(data18 % 1) && !isNaN(data18))) && (isFinite(data18)))){
validate22.errors = [{instancePath:instancePath+"/settings/units",schemaPath:"#/oneOf/2/properties/settings/properties/units/type",keyword:"type",params:{type: "integer"}}];
return false;
}
if(errors === _errs38){
if((typeof data18 == "number") && (isFinite(data18))){
if(data18 > 1000000 || isNaN(data18)){
validate22.errors = [{instancePath:instancePath+"/settings/units",schemaPath:"#/oneOf/2/properties/settings/properties/units/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000}}];
return false;
}
else {
if(data18 < 1 || isNaN(data18)){
validate22.errors = [{instancePath:instancePath+"/settings/units",schemaPath:"#/oneOf/2/properties/settings/properties/units/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}}];
return false;
}
}
}
}
var valid12 = _errs38 === errors;
}
else {
var valid12 = true;
}
if(valid12){
if(data17.layers !== undefined){
let data19 = data17.layers;
const _errs40 = errors;
if(!(((typeof data19 == "number") && (!(data19 % 1) && !isNaN(data19))) && (isFinite(data19)))){
validate22.errors = [{instancePath:instancePath+"/settings/layers",schemaPath:"#/oneOf/2/properties/settings/properties/layers/type",keyword:"type",params:{type: "integer"}}];
return false;
}
if(errors === _errs40){
if((typeof data19 == "number") && (isFinite(data19))){
if(data19 > 100 || isNaN(data19)){
validate22.errors = [{instancePath:instancePath+"/settings/layers",schemaPath:"#/oneOf/2/properties/settings/properties/layers/maximum",keyword:"maximum",params:{comparison: "<=", limit: 100}}];
return false;
}
else {
if(data19 < 1 || isNaN(data19)){
validate22.errors = [{instancePath:instancePath+"/settings/layers",schemaPath:"#/oneOf/2/properties/settings/properties/layers/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}}];
return false;
}
}
}
}
var valid12 = _errs40 === errors;
}
else {
var valid12 = true;
}
if(valid12){
if(data17.activation !== undefined){
let data20 = data17.activation;
const _errs42 = errors;
if(!((((((((((((((((data20 === "linear") || (data20 === "relu")) || (data20 === "relu6")) || (data20 === "leaky_relu")) || (data20 === "elu")) || (data20 === "selu")) || (data20 === "gelu")) || (data20 === "silu")) || (data20 === "mish")) || (data20 === "softplus")) || (data20 === "softsign")) || (data20 === "sigmoid")) || (data20 === "hard_sigmoid")) || (data20 === "tanh")) || (data20 === "exponential")) || (data20 === "softmax"))){
validate22.errors = [{instancePath:instancePath+"/settings/activation",schemaPath:"#/oneOf/2/properties/settings/properties/activation/enum",keyword:"enum",params:{allowedValues: schema7.oneOf[2].properties.settings.properties.activation.enum}}];
return false;
}
var valid12 = _errs42 === errors;
}
else {
var valid12 = true;
}
if(valid12){
if(data17.use_bias !== undefined){
const _errs43 = errors;
if(typeof data17.use_bias !== "boolean"){
validate22.errors = [{instancePath:instancePath+"/settings/use_bias",schemaPath:"#/oneOf/2/properties/settings/properties/use_bias/type",keyword:"type",params:{type: "boolean"}}];
return false;
}
var valid12 = _errs43 === errors;
}
else {
var valid12 = true;
}
if(valid12){
if(data17.dropout !== undefined){
let data22 = data17.dropout;
const _errs45 = errors;
if(errors === _errs45){
if((typeof data22 == "number") && (isFinite(data22))){
if(data22 > 0.999 || isNaN(data22)){
validate22.errors = [{instancePath:instancePath+"/settings/dropout",schemaPath:"#/oneOf/2/properties/settings/properties/dropout/maximum",keyword:"maximum",params:{comparison: "<=", limit: 0.999}}];
return false;
}
else {
if(data22 < 0 || isNaN(data22)){
validate22.errors = [{instancePath:instancePath+"/settings/dropout",schemaPath:"#/oneOf/2/properties/settings/properties/dropout/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}}];
return false;
}
}
}
else {
validate22.errors = [{instancePath:instancePath+"/settings/dropout",schemaPath:"#/oneOf/2/properties/settings/properties/dropout/type",keyword:"type",params:{type: "number"}}];
return false;
}
}
var valid12 = _errs45 === errors;
}
else {
var valid12 = true;
}
}
}
}
}
}
}
else {
validate22.errors = [{instancePath:instancePath+"/settings",schemaPath:"#/oneOf/2/properties/settings/type",keyword:"type",params:{type: "object"}}];
return false;
}
}
var valid11 = _errs35 === errors;
}
else {
var valid11 = true;
}
}
}
}
}
else if(tag0 === "conv1d"){
if(data && typeof data == "object" && !Array.isArray(data)){
let missing4;
if((data.type === undefined) && (missing4 = "type")){
validate22.errors = [{instancePath,schemaPath:"#/oneOf/3/required",keyword:"required",params:{missingProperty: missing4}}];
return false;
}
else {
if(data.type !== undefined){
const _errs48 = errors;
if("conv1d" !== data.type){
validate22.errors = [{instancePath:instancePath+"/type",schemaPath:"#/oneOf/3/properties/type/const",keyword:"const",params:{allowedValue: "conv1d"}}];
return false;
}
var valid14 = _errs48 === errors;
}
else {
var valid14 = true;
}
if(valid14){
if(data.settings !== undefined){
let data24 = data.settings;
const _errs49 = errors;
if(errors === _errs49){
if(data24 && typeof data24 == "object" && !Array.isArray(data24)){
const _errs51 = errors;
for(const key4 in data24){
if(!(((((((key4 === "filters") || (key4 === "kernel_size")) || (key4 === "strides")) || (key4 === "padding")) || (key4 === "dilation_rate")) || (key4 === "activation")) || (key4 === "use_bias"))){
validate22.errors = [{instancePath:instancePath+"/settings",schemaPath:"#/oneOf/3/properties/settings/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key4}}];
return false;
break;
}
}
if(_errs51 === errors){
if(data24.filters !== undefined){
let data25 = data24.filters;
const _errs52 = errors;
if(!(((typeof data25 == "number") && (!(data25 % 1) && !isNaN(data25))) && (isFinite(data25)))){
validate22.errors = [{instancePath:instancePath+"/settings/filters",schemaPath:"#/oneOf/3/properties/settings/properties/filters/type",keyword:"type",params:{type: "integer"}}];
return false;
}
if(errors === _errs52){
if((typeof data25 == "number") && (isFinite(data25))){
if(data25 > 1000000 || isNaN(data25)){
validate22.errors = [{instancePath:instancePath+"/settings/filters",schemaPath:"#/oneOf/3/properties/settings/properties/filters/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000}}];
return false;
}
else {
if(data25 < 1 || isNaN(data25)){
validate22.errors = [{instancePath:instancePath+"/settings/filters",schemaPath:"#/oneOf/3/properties/settings/properties/filters/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}}];
return false;
}
}
}
}
var valid15 = _errs52 === errors;
}
else {
var valid15 = true;
}
if(valid15){
if(data24.kernel_size !== undefined){
let data26 = data24.kernel_size;
const _errs54 = errors;
if(!(((typeof data26 == "number") && (!(data26 % 1) && !isNaN(data26))) && (isFinite(data26)))){
validate22.errors = [{instancePath:instancePath+"/settings/kernel_size",schemaPath:"#/oneOf/3/properties/settings/properties/kernel_size/type",keyword:"type",params:{type: "integer"}}];
return false;
}
if(errors === _errs54){
if((typeof data26 == "number") && (isFinite(data26))){
if(data26 > 100000 || isNaN(data26)){
validate22.errors = [{instancePath:instancePath+"/settings/kernel_size",schemaPath:"#/oneOf/3/properties/settings/properties/kernel_size/maximum",keyword:"maximum",params:{comparison: "<=", limit: 100000}}];
return false;
}
else {
if(data26 < 1 || isNaN(data26)){
validate22.errors = [{instancePath:instancePath+"/settings/kernel_size",schemaPath:"#/oneOf/3/properties/settings/properties/kernel_size/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}}];
return false;
}
}
}
}
var valid15 = _errs54 === errors;
}
else {
var valid15 = true;
}
if(valid15){
if(data24.strides !== undefined){
let data27 = data24.strides;
const _errs56 = errors;
if(!(((typeof data27 == "number") && (!(data27 % 1) && !isNaN(data27))) && (isFinite(data27)))){
validate22.errors = [{instancePath:instancePath+"/settings/strides",schemaPath:"#/oneOf/3/properties/settings/properties/strides/type",keyword:"type",params:{type: "integer"}}];
return false;
}
if(errors === _errs56){
if((typeof data27 == "number") && (isFinite(data27))){
if(data27 > 100000 || isNaN(data27)){
validate22.errors = [{instancePath:instancePath+"/settings/strides",schemaPath:"#/oneOf/3/properties/settings/properties/strides/maximum",keyword:"maximum",params:{comparison: "<=", limit: 100000}}];
return false;
}
else {
if(data27 < 1 || isNaN(data27)){
validate22.errors = [{instancePath:instancePath+"/settings/strides",schemaPath:"#/oneOf/3/properties/settings/properties/strides/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}}];
return false;
}
}
}
}
var valid15 = _errs56 === errors;
}
else {
var valid15 = true;
}
if(valid15){
if(data24.padding !== undefined){
let data28 = data24.padding;
const _errs58 = errors;
if(!(((data28 === "valid") || (data28 === "same")) || (data28 === "causal"))){
validate22.errors = [{instancePath:instancePath+"/settings/padding",schemaPath:"#/oneOf/3/properties/settings/properties/padding/enum",keyword:"enum",params:{allowedValues: schema7.oneOf[3].properties.settings.properties.padding.enum}}];
return false;
}
var valid15 = _errs58 === errors;
}
else {
var valid15 = true;
}
if(valid15){
if(data24.dilation_rate !== undefined){
let data29 = data24.dilation_rate;
const _errs59 = errors;
if(!(((typeof data29 == "number") && (!(data29 % 1) && !isNaN(data29))) && (isFinite(data29)))){
validate22.errors = [{instancePath:instancePath+"/settings/dilation_rate",schemaPath:"#/oneOf/3/properties/settings/properties/dilation_rate/type",keyword:"type",params:{type: "integer"}}];
return false;
}
if(errors === _errs59){
if((typeof data29 == "number") && (isFinite(data29))){
if(data29 > 100000 || isNaN(data29)){
validate22.errors = [{instancePath:instancePath+"/settings/dilation_rate",schemaPath:"#/oneOf/3/properties/settings/properties/dilation_rate/maximum",keyword:"maximum",params:{comparison: "<=", limit: 100000}}];
return false;
}
else {
if(data29 < 1 || isNaN(data29)){
validate22.errors = [{instancePath:instancePath+"/settings/dilation_rate",schemaPath:"#/oneOf/3/properties/settings/properties/dilation_rate/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}}];
return false;
}
}
}
}
var valid15 = _errs59 === errors;
}
else {
var valid15 = true;
}
if(valid15){
if(data24.activation !== undefined){
let data30 = data24.activation;
const _errs61 = errors;
if(!((((((((((((((((data30 === "linear") || (data30 === "relu")) || (data30 === "relu6")) || (data30 === "leaky_relu")) || (data30 === "elu")) || (data30 === "selu")) || (data30 === "gelu")) || (data30 === "silu")) || (data30 === "mish")) || (data30 === "softplus")) || (data30 === "softsign")) || (data30 === "sigmoid")) || (data30 === "hard_sigmoid")) || (data30 === "tanh")) || (data30 === "exponential")) || (data30 === "softmax"))){
validate22.errors = [{instancePath:instancePath+"/settings/activation",schemaPath:"#/oneOf/3/properties/settings/properties/activation/enum",keyword:"enum",params:{allowedValues: schema7.oneOf[3].properties.settings.properties.activation.enum}}];
return false;
}
var valid15 = _errs61 === errors;
}
else {
var valid15 = true;
}
if(valid15){
if(data24.use_bias !== undefined){
const _errs62 = errors;
if(typeof data24.use_bias !== "boolean"){
validate22.errors = [{instancePath:instancePath+"/settings/use_bias",schemaPath:"#/oneOf/3/properties/settings/properties/use_bias/type",keyword:"type",params:{type: "boolean"}}];
return false;
}
var valid15 = _errs62 === errors;
}
else {
var valid15 = true;
}
}
}
}
}
}
}
}
}
else {
validate22.errors = [{instancePath:instancePath+"/settings",schemaPath:"#/oneOf/3/properties/settings/type",keyword:"type",params:{type: "object"}}];
return false;
}
}
var valid14 = _errs49 === errors;
}
else {
var valid14 = true;
}
}
}
}
}
else if(tag0 === "lstm"){
if(data && typeof data == "object" && !Array.isArray(data)){
let missing5;
if((data.type === undefined) && (missing5 = "type")){
validate22.errors = [{instancePath,schemaPath:"#/oneOf/4/required",keyword:"required",params:{missingProperty: missing5}}];
return false;
}
else {
if(data.type !== undefined){
const _errs65 = errors;
if("lstm" !== data.type){
validate22.errors = [{instancePath:instancePath+"/type",schemaPath:"#/oneOf/4/properties/type/const",keyword:"const",params:{allowedValue: "lstm"}}];
return false;
}
var valid17 = _errs65 === errors;
}
else {
var valid17 = true;
}
if(valid17){
if(data.settings !== undefined){
let data33 = data.settings;
const _errs66 = errors;
if(errors === _errs66){
if(data33 && typeof data33 == "object" && !Array.isArray(data33)){
const _errs68 = errors;
for(const key5 in data33){
if(!(((((key5 === "units") || (key5 === "return_sequences")) || (key5 === "activation")) || (key5 === "dropout")) || (key5 === "recurrent_dropout"))){
validate22.errors = [{instancePath:instancePath+"/settings",schemaPath:"#/oneOf/4/properties/settings/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key5}}];
return false;
break;
}
}
if(_errs68 === errors){
if(data33.units !== undefined){
let data34 = data33.units;
const _errs69 = errors;
if(!(((typeof data34 == "number") && (!(data34 % 1) && !isNaN(data34))) && (isFinite(data34)))){
validate22.errors = [{instancePath:instancePath+"/settings/units",schemaPath:"#/oneOf/4/properties/settings/properties/units/type",keyword:"type",params:{type: "integer"}}];
return false;
}
if(errors === _errs69){
if((typeof data34 == "number") && (isFinite(data34))){
if(data34 > 1000000 || isNaN(data34)){
validate22.errors = [{instancePath:instancePath+"/settings/units",schemaPath:"#/oneOf/4/properties/settings/properties/units/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000}}];
return false;
}
else {
if(data34 < 1 || isNaN(data34)){
validate22.errors = [{instancePath:instancePath+"/settings/units",schemaPath:"#/oneOf/4/properties/settings/properties/units/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}}];
return false;
}
}
}
}
var valid18 = _errs69 === errors;
}
else {
var valid18 = true;
}
if(valid18){
if(data33.return_sequences !== undefined){
const _errs71 = errors;
if(typeof data33.return_sequences !== "boolean"){
validate22.errors = [{instancePath:instancePath+"/settings/return_sequences",schemaPath:"#/oneOf/4/properties/settings/properties/return_sequences/type",keyword:"type",params:{type: "boolean"}}];
return false;
}
var valid18 = _errs71 === errors;
}
else {
var valid18 = true;
}
if(valid18){
if(data33.activation !== undefined){
let data36 = data33.activation;
const _errs73 = errors;
if(!((((((((((((((((data36 === "linear") || (data36 === "relu")) || (data36 === "relu6")) || (data36 === "leaky_relu")) || (data36 === "elu")) || (data36 === "selu")) || (data36 === "gelu")) || (data36 === "silu")) || (data36 === "mish")) || (data36 === "softplus")) || (data36 === "softsign")) || (data36 === "sigmoid")) || (data36 === "hard_sigmoid")) || (data36 === "tanh")) || (data36 === "exponential")) || (data36 === "softmax"))){
validate22.errors = [{instancePath:instancePath+"/settings/activation",schemaPath:"#/oneOf/4/properties/settings/properties/activation/enum",keyword:"enum",params:{allowedValues: schema7.oneOf[4].properties.settings.properties.activation.enum}}];
return false;
}
var valid18 = _errs73 === errors;
}
else {
var valid18 = true;
}
if(valid18){
if(data33.dropout !== undefined){
let data37 = data33.dropout;
const _errs74 = errors;
if(errors === _errs74){
if((typeof data37 == "number") && (isFinite(data37))){
if(data37 > 0.999 || isNaN(data37)){
validate22.errors = [{instancePath:instancePath+"/settings/dropout",schemaPath:"#/oneOf/4/properties/settings/properties/dropout/maximum",keyword:"maximum",params:{comparison: "<=", limit: 0.999}}];
return false;
}
else {
if(data37 < 0 || isNaN(data37)){
validate22.errors = [{instancePath:instancePath+"/settings/dropout",schemaPath:"#/oneOf/4/properties/settings/properties/dropout/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}}];
return false;
}
}
}
else {
validate22.errors = [{instancePath:instancePath+"/settings/dropout",schemaPath:"#/oneOf/4/properties/settings/properties/dropout/type",keyword:"type",params:{type: "number"}}];
return false;
}
}
var valid18 = _errs74 === errors;
}
else {
var valid18 = true;
}
if(valid18){
if(data33.recurrent_dropout !== undefined){
let data38 = data33.recurrent_dropout;
const _errs76 = errors;
if(errors === _errs76){
if((typeof data38 == "number") && (isFinite(data38))){
if(data38 > 0.999 || isNaN(data38)){
validate22.errors = [{instancePath:instancePath+"/settings/recurrent_dropout",schemaPath:"#/oneOf/4/properties/settings/properties/recurrent_dropout/maximum",keyword:"maximum",params:{comparison: "<=", limit: 0.999}}];
return false;
}
else {
if(data38 < 0 || isNaN(data38)){
validate22.errors = [{instancePath:instancePath+"/settings/recurrent_dropout",schemaPath:"#/oneOf/4/properties/settings/properties/recurrent_dropout/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}}];
return false;
}
}
}
else {
validate22.errors = [{instancePath:instancePath+"/settings/recurrent_dropout",schemaPath:"#/oneOf/4/properties/settings/properties/recurrent_dropout/type",keyword:"type",params:{type: "number"}}];
return false;
}
}
var valid18 = _errs76 === errors;
}
else {
var valid18 = true;
}
}
}
}
}
}
}
else {
validate22.errors = [{instancePath:instancePath+"/settings",schemaPath:"#/oneOf/4/properties/settings/type",keyword:"type",params:{type: "object"}}];
return false;
}
}
var valid17 = _errs66 === errors;
}
else {
var valid17 = true;
}
}
}
}
}
else if(tag0 === "gru"){
if(data && typeof data == "object" && !Array.isArray(data)){
let missing6;
if((data.type === undefined) && (missing6 = "type")){
validate22.errors = [{instancePath,schemaPath:"#/oneOf/5/required",keyword:"required",params:{missingProperty: missing6}}];
return false;
}
else {
if(data.type !== undefined){
const _errs79 = errors;
if("gru" !== data.type){
validate22.errors = [{instancePath:instancePath+"/type",schemaPath:"#/oneOf/5/properties/type/const",keyword:"const",params:{allowedValue: "gru"}}];
return false;
}
var valid20 = _errs79 === errors;
}
else {
var valid20 = true;
}
if(valid20){
if(data.settings !== undefined){
let data40 = data.settings;
const _errs80 = errors;
if(errors === _errs80){
if(data40 && typeof data40 == "object" && !Array.isArray(data40)){
const _errs82 = errors;
for(const key6 in data40){
if(!(((((key6 === "units") || (key6 === "return_sequences")) || (key6 === "activation")) || (key6 === "dropout")) || (key6 === "recurrent_dropout"))){
validate22.errors = [{instancePath:instancePath+"/settings",schemaPath:"#/oneOf/5/properties/settings/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key6}}];
return false;
break;
}
}
if(_errs82 === errors){
if(data40.units !== undefined){
let data41 = data40.units;
const _errs83 = errors;
if(!(((typeof data41 == "number") && (!(data41 % 1) && !isNaN(data41))) && (isFinite(data41)))){
validate22.errors = [{instancePath:instancePath+"/settings/units",schemaPath:"#/oneOf/5/properties/settings/properties/units/type",keyword:"type",params:{type: "integer"}}];
return false;
}
if(errors === _errs83){
if((typeof data41 == "number") && (isFinite(data41))){
if(data41 > 1000000 || isNaN(data41)){
validate22.errors = [{instancePath:instancePath+"/settings/units",schemaPath:"#/oneOf/5/properties/settings/properties/units/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000}}];
return false;
}
else {
if(data41 < 1 || isNaN(data41)){
validate22.errors = [{instancePath:instancePath+"/settings/units",schemaPath:"#/oneOf/5/properties/settings/properties/units/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}}];
return false;
}
}
}
}
var valid21 = _errs83 === errors;
}
else {
var valid21 = true;
}
if(valid21){
if(data40.return_sequences !== undefined){
const _errs85 = errors;
if(typeof data40.return_sequences !== "boolean"){
validate22.errors = [{instancePath:instancePath+"/settings/return_sequences",schemaPath:"#/oneOf/5/properties/settings/properties/return_sequences/type",keyword:"type",params:{type: "boolean"}}];
return false;
}
var valid21 = _errs85 === errors;
}
else {
var valid21 = true;
}
if(valid21){
if(data40.activation !== undefined){
let data43 = data40.activation;
const _errs87 = errors;
if(!((((((((((((((((data43 === "linear") || (data43 === "relu")) || (data43 === "relu6")) || (data43 === "leaky_relu")) || (data43 === "elu")) || (data43 === "selu")) || (data43 === "gelu")) || (data43 === "silu")) || (data43 === "mish")) || (data43 === "softplus")) || (data43 === "softsign")) || (data43 === "sigmoid")) || (data43 === "hard_sigmoid")) || (data43 === "tanh")) || (data43 === "exponential")) || (data43 === "softmax"))){
validate22.errors = [{instancePath:instancePath+"/settings/activation",schemaPath:"#/oneOf/5/properties/settings/properties/activation/enum",keyword:"enum",params:{allowedValues: schema7.oneOf[5].properties.settings.properties.activation.enum}}];
return false;
}
var valid21 = _errs87 === errors;
}
else {
var valid21 = true;
}
if(valid21){
if(data40.dropout !== undefined){
let data44 = data40.dropout;
const _errs88 = errors;
if(errors === _errs88){
if((typeof data44 == "number") && (isFinite(data44))){
if(data44 > 0.999 || isNaN(data44)){
validate22.errors = [{instancePath:instancePath+"/settings/dropout",schemaPath:"#/oneOf/5/properties/settings/properties/dropout/maximum",keyword:"maximum",params:{comparison: "<=", limit: 0.999}}];
return false;
}
else {
if(data44 < 0 || isNaN(data44)){
validate22.errors = [{instancePath:instancePath+"/settings/dropout",schemaPath:"#/oneOf/5/properties/settings/properties/dropout/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}}];
return false;
}
}
}
else {
validate22.errors = [{instancePath:instancePath+"/settings/dropout",schemaPath:"#/oneOf/5/properties/settings/properties/dropout/type",keyword:"type",params:{type: "number"}}];
return false;
}
}
var valid21 = _errs88 === errors;
}
else {
var valid21 = true;
}
if(valid21){
if(data40.recurrent_dropout !== undefined){
let data45 = data40.recurrent_dropout;
const _errs90 = errors;
if(errors === _errs90){
if((typeof data45 == "number") && (isFinite(data45))){
if(data45 > 0.999 || isNaN(data45)){
validate22.errors = [{instancePath:instancePath+"/settings/recurrent_dropout",schemaPath:"#/oneOf/5/properties/settings/properties/recurrent_dropout/maximum",keyword:"maximum",params:{comparison: "<=", limit: 0.999}}];
return false;
}
else {
if(data45 < 0 || isNaN(data45)){
validate22.errors = [{instancePath:instancePath+"/settings/recurrent_dropout",schemaPath:"#/oneOf/5/properties/settings/properties/recurrent_dropout/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}}];
return false;
}
}
}
else {
validate22.errors = [{instancePath:instancePath+"/settings/recurrent_dropout",schemaPath:"#/oneOf/5/properties/settings/properties/recurrent_dropout/type",keyword:"type",params:{type: "number"}}];
return false;
}
}
var valid21 = _errs90 === errors;
}
else {
var valid21 = true;
}
}
}
}
}
}
}
else {
validate22.errors = [{instancePath:instancePath+"/settings",schemaPath:"#/oneOf/5/properties/settings/type",keyword:"type",params:{type: "object"}}];
return false;
}
}
var valid20 = _errs80 === errors;
}
else {
var valid20 = true;
}
}
}
}
}
else if(tag0 === "attention"){
if(data && typeof data == "object" && !Array.isArray(data)){
let missing7;
if((data.type === undefined) && (missing7 = "type")){
validate22.errors = [{instancePath,schemaPath:"#/oneOf/6/required",keyword:"required",params:{missingProperty: missing7}}];
return false;
}
else {
if(data.type !== undefined){
const _errs93 = errors;
if("attention" !== data.type){
validate22.errors = [{instancePath:instancePath+"/type",schemaPath:"#/oneOf/6/properties/type/const",keyword:"const",params:{allowedValue: "attention"}}];
return false;
}
var valid23 = _errs93 === errors;
}
else {
var valid23 = true;
}
if(valid23){
if(data.settings !== undefined){
let data47 = data.settings;
const _errs94 = errors;
if(errors === _errs94){
if(data47 && typeof data47 == "object" && !Array.isArray(data47)){
const _errs96 = errors;
for(const key7 in data47){
if(!(((key7 === "score_mode") || (key7 === "use_scale")) || (key7 === "dropout"))){
validate22.errors = [{instancePath:instancePath+"/settings",schemaPath:"#/oneOf/6/properties/settings/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key7}}];
return false;
break;
}
}
if(_errs96 === errors){
if(data47.score_mode !== undefined){
let data48 = data47.score_mode;
const _errs97 = errors;
if(!((data48 === "dot") || (data48 === "concat"))){
validate22.errors = [{instancePath:instancePath+"/settings/score_mode",schemaPath:"#/oneOf/6/properties/settings/properties/score_mode/enum",keyword:"enum",params:{allowedValues: schema7.oneOf[6].properties.settings.properties.score_mode.enum}}];
return false;
}
var valid24 = _errs97 === errors;
}
else {
var valid24 = true;
}
if(valid24){
if(data47.use_scale !== undefined){
const _errs98 = errors;
if(typeof data47.use_scale !== "boolean"){
validate22.errors = [{instancePath:instancePath+"/settings/use_scale",schemaPath:"#/oneOf/6/properties/settings/properties/use_scale/type",keyword:"type",params:{type: "boolean"}}];
return false;
}
var valid24 = _errs98 === errors;
}
else {
var valid24 = true;
}
if(valid24){
if(data47.dropout !== undefined){
let data50 = data47.dropout;
const _errs100 = errors;
if(errors === _errs100){
if((typeof data50 == "number") && (isFinite(data50))){
if(data50 > 0.999 || isNaN(data50)){
validate22.errors = [{instancePath:instancePath+"/settings/dropout",schemaPath:"#/oneOf/6/properties/settings/properties/dropout/maximum",keyword:"maximum",params:{comparison: "<=", limit: 0.999}}];
return false;
}
else {
if(data50 < 0 || isNaN(data50)){
validate22.errors = [{instancePath:instancePath+"/settings/dropout",schemaPath:"#/oneOf/6/properties/settings/properties/dropout/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}}];
return false;
}
}
}
else {
validate22.errors = [{instancePath:instancePath+"/settings/dropout",schemaPath:"#/oneOf/6/properties/settings/properties/dropout/type",keyword:"type",params:{type: "number"}}];
return false;
}
}
var valid24 = _errs100 === errors;
}
else {
var valid24 = true;
}
}
}
}
}
else {
validate22.errors = [{instancePath:instancePath+"/settings",schemaPath:"#/oneOf/6/properties/settings/type",keyword:"type",params:{type: "object"}}];
return false;
}
}
var valid23 = _errs94 === errors;
}
else {
var valid23 = true;
}
}
}
}
}
else if(tag0 === "flatten"){
if(data && typeof data == "object" && !Array.isArray(data)){
let missing8;
if((data.type === undefined) && (missing8 = "type")){
validate22.errors = [{instancePath,schemaPath:"#/oneOf/7/required",keyword:"required",params:{missingProperty: missing8}}];
return false;
}
else {
if(data.type !== undefined){
const _errs103 = errors;
if("flatten" !== data.type){
validate22.errors = [{instancePath:instancePath+"/type",schemaPath:"#/oneOf/7/properties/type/const",keyword:"const",params:{allowedValue: "flatten"}}];
return false;
}
var valid26 = _errs103 === errors;
}
else {
var valid26 = true;
}
if(valid26){
if(data.settings !== undefined){
let data52 = data.settings;
const _errs104 = errors;
if(errors === _errs104){
if(data52 && typeof data52 == "object" && !Array.isArray(data52)){
for(const key8 in data52){
validate22.errors = [{instancePath:instancePath+"/settings",schemaPath:"#/oneOf/7/properties/settings/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key8}}];
return false;
break;
}
}
else {
validate22.errors = [{instancePath:instancePath+"/settings",schemaPath:"#/oneOf/7/properties/settings/type",keyword:"type",params:{type: "object"}}];
return false;
}
}
var valid26 = _errs104 === errors;
}
else {
var valid26 = true;
}
}
}
}
}
else if(tag0 === "reshape"){
if(data && typeof data == "object" && !Array.isArray(data)){
let missing9;
if((data.type === undefined) && (missing9 = "type")){
validate22.errors = [{instancePath,schemaPath:"#/oneOf/8/required",keyword:"required",params:{missingProperty: missing9}}];
return false;
}
else {
if(data.type !== undefined){
const _errs108 = errors;
if("reshape" !== data.type){
validate22.errors = [{instancePath:instancePath+"/type",schemaPath:"#/oneOf/8/properties/type/const",keyword:"const",params:{allowedValue: "reshape"}}];
return false;
}
var valid28 = _errs108 === errors;
}
else {
var valid28 = true;
}
if(valid28){
if(data.settings !== undefined){
let data54 = data.settings;
const _errs109 = errors;
if(errors === _errs109){
if(data54 && typeof data54 == "object" && !Array.isArray(data54)){
const _errs111 = errors;
for(const key9 in data54){
if(!(key9 === "target_shape")){
validate22.errors = [{instancePath:instancePath+"/settings",schemaPath:"#/oneOf/8/properties/settings/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key9}}];
return false;
break;
}
}
if(_errs111 === errors){
if(data54.target_shape !== undefined){
let data55 = data54.target_shape;
const _errs112 = errors;
if(errors === _errs112){
if(Array.isArray(data55)){
if(data55.length > 8){
validate22.errors = [{instancePath:instancePath+"/settings/target_shape",schemaPath:"#/oneOf/8/properties/settings/properties/target_shape/maxItems",keyword:"maxItems",params:{limit: 8}}];
return false;
}
else {
var valid30 = true;
const len1 = data55.length;
for(let i2=0; i2<len1; i2++){
let data56 = data55[i2];
const _errs114 = errors;
if(!(((typeof data56 == "number") && (!(data56 % 1) && !isNaN(data56))) && (isFinite(data56)))){
validate22.errors = [{instancePath:instancePath+"/settings/target_shape/" + i2,schemaPath:"#/oneOf/8/properties/settings/properties/target_shape/items/type",keyword:"type",params:{type: "integer"}}];
return false;
}
if(errors === _errs114){
if((typeof data56 == "number") && (isFinite(data56))){
if(data56 > 1000000000 || isNaN(data56)){
validate22.errors = [{instancePath:instancePath+"/settings/target_shape/" + i2,schemaPath:"#/oneOf/8/properties/settings/properties/target_shape/items/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000000}}];
return false;
}
else {
if(data56 < -1 || isNaN(data56)){
validate22.errors = [{instancePath:instancePath+"/settings/target_shape/" + i2,schemaPath:"#/oneOf/8/properties/settings/properties/target_shape/items/minimum",keyword:"minimum",params:{comparison: ">=", limit: -1}}];
return false;
}
}
}
}
var valid30 = _errs114 === errors;
if(!valid30){
break;
}
}
}
}
else {
validate22.errors = [{instancePath:instancePath+"/settings/target_shape",schemaPath:"#/oneOf/8/properties/settings/properties/target_shape/type",keyword:"type",params:{type: "array"}}];
return false;
}
}
}
}
}
else {
validate22.errors = [{instancePath:instancePath+"/settings",schemaPath:"#/oneOf/8/properties/settings/type",keyword:"type",params:{type: "object"}}];
return false;
}
}
var valid28 = _errs109 === errors;
}
else {
var valid28 = true;
}
}
}
}
}
else if(tag0 === "concatenate"){
if(data && typeof data == "object" && !Array.isArray(data)){
let missing10;
if((data.type === undefined) && (missing10 = "type")){
validate22.errors = [{instancePath,schemaPath:"#/oneOf/9/required",keyword:"required",params:{missingProperty: missing10}}];
return false;
}
else {
if(data.type !== undefined){
const _errs117 = errors;
if("concatenate" !== data.type){
validate22.errors = [{instancePath:instancePath+"/type",schemaPath:"#/oneOf/9/properties/type/const",keyword:"const",params:{allowedValue: "concatenate"}}];
return false;
}
var valid32 = _errs117 === errors;
}
else {
var valid32 = true;
}
if(valid32){
if(data.settings !== undefined){
let data58 = data.settings;
const _errs118 = errors;
if(errors === _errs118){
if(data58 && typeof data58 == "object" && !Array.isArray(data58)){
const _errs120 = errors;
for(const key10 in data58){
if(!(key10 === "axis")){
validate22.errors = [{instancePath:instancePath+"/settings",schemaPath:"#/oneOf/9/properties/settings/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key10}}];
return false;
break;
}
}
if(_errs120 === errors){
if(data58.axis !== undefined){
let data59 = data58.axis;
const _errs121 = errors;
if(!(((typeof data59 == "number") && (!(data59 % 1) && !isNaN(data59))) && (isFinite(data59)))){
validate22.errors = [{instancePath:instancePath+"/settings/axis",schemaPath:"#/oneOf/9/properties/settings/properties/axis/type",keyword:"type",params:{type: "integer"}}];
return false;
}
if(errors === _errs121){
if((typeof data59 == "number") && (isFinite(data59))){
if(data59 > 8 || isNaN(data59)){
validate22.errors = [{instancePath:instancePath+"/settings/axis",schemaPath:"#/oneOf/9/properties/settings/properties/axis/maximum",keyword:"maximum",params:{comparison: "<=", limit: 8}}];
return false;
}
else {
if(data59 < -8 || isNaN(data59)){
validate22.errors = [{instancePath:instancePath+"/settings/axis",schemaPath:"#/oneOf/9/properties/settings/properties/axis/minimum",keyword:"minimum",params:{comparison: ">=", limit: -8}}];
return false;
}
}
}
}
}
}
}
else {
validate22.errors = [{instancePath:instancePath+"/settings",schemaPath:"#/oneOf/9/properties/settings/type",keyword:"type",params:{type: "object"}}];
return false;
}
}
var valid32 = _errs118 === errors;
}
else {
var valid32 = true;
}
}
}
}
}
else if(tag0 === "add"){
if(data && typeof data == "object" && !Array.isArray(data)){
let missing11;
if((data.type === undefined) && (missing11 = "type")){
validate22.errors = [{instancePath,schemaPath:"#/oneOf/10/required",keyword:"required",params:{missingProperty: missing11}}];
return false;
}
else {
if(data.type !== undefined){
const _errs124 = errors;
if("add" !== data.type){
validate22.errors = [{instancePath:instancePath+"/type",schemaPath:"#/oneOf/10/properties/type/const",keyword:"const",params:{allowedValue: "add"}}];
return false;
}
var valid35 = _errs124 === errors;
}
else {
var valid35 = true;
}
if(valid35){
if(data.settings !== undefined){
let data61 = data.settings;
const _errs125 = errors;
if(errors === _errs125){
if(data61 && typeof data61 == "object" && !Array.isArray(data61)){
for(const key11 in data61){
validate22.errors = [{instancePath:instancePath+"/settings",schemaPath:"#/oneOf/10/properties/settings/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key11}}];
return false;
break;
}
}
else {
validate22.errors = [{instancePath:instancePath+"/settings",schemaPath:"#/oneOf/10/properties/settings/type",keyword:"type",params:{type: "object"}}];
return false;
}
}
var valid35 = _errs125 === errors;
}
else {
var valid35 = true;
}
}
}
}
}
else if(tag0 === "activation"){
if(data && typeof data == "object" && !Array.isArray(data)){
let missing12;
if((data.type === undefined) && (missing12 = "type")){
validate22.errors = [{instancePath,schemaPath:"#/oneOf/11/required",keyword:"required",params:{missingProperty: missing12}}];
return false;
}
else {
if(data.type !== undefined){
const _errs129 = errors;
if("activation" !== data.type){
validate22.errors = [{instancePath:instancePath+"/type",schemaPath:"#/oneOf/11/properties/type/const",keyword:"const",params:{allowedValue: "activation"}}];
return false;
}
var valid37 = _errs129 === errors;
}
else {
var valid37 = true;
}
if(valid37){
if(data.settings !== undefined){
let data63 = data.settings;
const _errs130 = errors;
if(errors === _errs130){
if(data63 && typeof data63 == "object" && !Array.isArray(data63)){
const _errs132 = errors;
for(const key12 in data63){
if(!(key12 === "activation")){
validate22.errors = [{instancePath:instancePath+"/settings",schemaPath:"#/oneOf/11/properties/settings/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key12}}];
return false;
break;
}
}
if(_errs132 === errors){
if(data63.activation !== undefined){
let data64 = data63.activation;
if(!((((((((((((((((data64 === "linear") || (data64 === "relu")) || (data64 === "relu6")) || (data64 === "leaky_relu")) || (data64 === "elu")) || (data64 === "selu")) || (data64 === "gelu")) || (data64 === "silu")) || (data64 === "mish")) || (data64 === "softplus")) || (data64 === "softsign")) || (data64 === "sigmoid")) || (data64 === "hard_sigmoid")) || (data64 === "tanh")) || (data64 === "exponential")) || (data64 === "softmax"))){
validate22.errors = [{instancePath:instancePath+"/settings/activation",schemaPath:"#/oneOf/11/properties/settings/properties/activation/enum",keyword:"enum",params:{allowedValues: schema7.oneOf[11].properties.settings.properties.activation.enum}}];
return false;
}
}
}
}
else {
validate22.errors = [{instancePath:instancePath+"/settings",schemaPath:"#/oneOf/11/properties/settings/type",keyword:"type",params:{type: "object"}}];
return false;
}
}
var valid37 = _errs130 === errors;
}
else {
var valid37 = true;
}
}
}
}
}
else if(tag0 === "dropout"){
if(data && typeof data == "object" && !Array.isArray(data)){
let missing13;
if((data.type === undefined) && (missing13 = "type")){
validate22.errors = [{instancePath,schemaPath:"#/oneOf/12/required",keyword:"required",params:{missingProperty: missing13}}];
return false;
}
else {
if(data.type !== undefined){
const _errs135 = errors;
if("dropout" !== data.type){
validate22.errors = [{instancePath:instancePath+"/type",schemaPath:"#/oneOf/12/properties/type/const",keyword:"const",params:{allowedValue: "dropout"}}];
return false;
}
var valid40 = _errs135 === errors;
}
else {
var valid40 = true;
}
if(valid40){
if(data.settings !== undefined){
let data66 = data.settings;
const _errs136 = errors;
if(errors === _errs136){
if(data66 && typeof data66 == "object" && !Array.isArray(data66)){
const _errs138 = errors;
for(const key13 in data66){
if(!(key13 === "rate")){
validate22.errors = [{instancePath:instancePath+"/settings",schemaPath:"#/oneOf/12/properties/settings/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key13}}];
return false;
break;
}
}
if(_errs138 === errors){
if(data66.rate !== undefined){
let data67 = data66.rate;
const _errs139 = errors;
if(errors === _errs139){
if((typeof data67 == "number") && (isFinite(data67))){
if(data67 > 0.999 || isNaN(data67)){
validate22.errors = [{instancePath:instancePath+"/settings/rate",schemaPath:"#/oneOf/12/properties/settings/properties/rate/maximum",keyword:"maximum",params:{comparison: "<=", limit: 0.999}}];
return false;
}
else {
if(data67 < 0 || isNaN(data67)){
validate22.errors = [{instancePath:instancePath+"/settings/rate",schemaPath:"#/oneOf/12/properties/settings/properties/rate/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}}];
return false;
}
}
}
else {
validate22.errors = [{instancePath:instancePath+"/settings/rate",schemaPath:"#/oneOf/12/properties/settings/properties/rate/type",keyword:"type",params:{type: "number"}}];
return false;
}
}
}
}
}
else {
validate22.errors = [{instancePath:instancePath+"/settings",schemaPath:"#/oneOf/12/properties/settings/type",keyword:"type",params:{type: "object"}}];
return false;
}
}
var valid40 = _errs136 === errors;
}
else {
var valid40 = true;
}
}
}
}
}
else if(tag0 === "gaussianNoise"){
if(data && typeof data == "object" && !Array.isArray(data)){
let missing14;
if((data.type === undefined) && (missing14 = "type")){
validate22.errors = [{instancePath,schemaPath:"#/oneOf/13/required",keyword:"required",params:{missingProperty: missing14}}];
return false;
}
else {
if(data.type !== undefined){
const _errs142 = errors;
if("gaussianNoise" !== data.type){
validate22.errors = [{instancePath:instancePath+"/type",schemaPath:"#/oneOf/13/properties/type/const",keyword:"const",params:{allowedValue: "gaussianNoise"}}];
return false;
}
var valid43 = _errs142 === errors;
}
else {
var valid43 = true;
}
if(valid43){
if(data.settings !== undefined){
let data69 = data.settings;
const _errs143 = errors;
if(errors === _errs143){
if(data69 && typeof data69 == "object" && !Array.isArray(data69)){
const _errs145 = errors;
for(const key14 in data69){
if(!(key14 === "stddev")){
validate22.errors = [{instancePath:instancePath+"/settings",schemaPath:"#/oneOf/13/properties/settings/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key14}}];
return false;
break;
}
}
if(_errs145 === errors){
if(data69.stddev !== undefined){
let data70 = data69.stddev;
const _errs146 = errors;
if(errors === _errs146){
if((typeof data70 == "number") && (isFinite(data70))){
if(data70 > 100 || isNaN(data70)){
validate22.errors = [{instancePath:instancePath+"/settings/stddev",schemaPath:"#/oneOf/13/properties/settings/properties/stddev/maximum",keyword:"maximum",params:{comparison: "<=", limit: 100}}];
return false;
}
else {
if(data70 < 0 || isNaN(data70)){
validate22.errors = [{instancePath:instancePath+"/settings/stddev",schemaPath:"#/oneOf/13/properties/settings/properties/stddev/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}}];
return false;
}
}
}
else {
validate22.errors = [{instancePath:instancePath+"/settings/stddev",schemaPath:"#/oneOf/13/properties/settings/properties/stddev/type",keyword:"type",params:{type: "number"}}];
return false;
}
}
}
}
}
else {
validate22.errors = [{instancePath:instancePath+"/settings",schemaPath:"#/oneOf/13/properties/settings/type",keyword:"type",params:{type: "object"}}];
return false;
}
}
var valid43 = _errs143 === errors;
}
else {
var valid43 = true;
}
}
}
}
}
else if(tag0 === "batchNormalization"){
if(data && typeof data == "object" && !Array.isArray(data)){
let missing15;
if((data.type === undefined) && (missing15 = "type")){
validate22.errors = [{instancePath,schemaPath:"#/oneOf/14/required",keyword:"required",params:{missingProperty: missing15}}];
return false;
}
else {
if(data.type !== undefined){
const _errs149 = errors;
if("batchNormalization" !== data.type){
validate22.errors = [{instancePath:instancePath+"/type",schemaPath:"#/oneOf/14/properties/type/const",keyword:"const",params:{allowedValue: "batchNormalization"}}];
return false;
}
var valid46 = _errs149 === errors;
}
else {
var valid46 = true;
}
if(valid46){
if(data.settings !== undefined){
let data72 = data.settings;
const _errs150 = errors;
if(errors === _errs150){
if(data72 && typeof data72 == "object" && !Array.isArray(data72)){
const _errs152 = errors;
for(const key15 in data72){
if(!((key15 === "momentum") || (key15 === "epsilon"))){
validate22.errors = [{instancePath:instancePath+"/settings",schemaPath:"#/oneOf/14/properties/settings/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key15}}];
return false;
break;
}
}
if(_errs152 === errors){
if(data72.momentum !== undefined){
let data73 = data72.momentum;
const _errs153 = errors;
if(errors === _errs153){
if((typeof data73 == "number") && (isFinite(data73))){
if(data73 > 1 || isNaN(data73)){
validate22.errors = [{instancePath:instancePath+"/settings/momentum",schemaPath:"#/oneOf/14/properties/settings/properties/momentum/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1}}];
return false;
}
else {
if(data73 < 0 || isNaN(data73)){
validate22.errors = [{instancePath:instancePath+"/settings/momentum",schemaPath:"#/oneOf/14/properties/settings/properties/momentum/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}}];
return false;
}
}
}
else {
validate22.errors = [{instancePath:instancePath+"/settings/momentum",schemaPath:"#/oneOf/14/properties/settings/properties/momentum/type",keyword:"type",params:{type: "number"}}];
return false;
}
}
var valid47 = _errs153 === errors;
}
else {
var valid47 = true;
}
if(valid47){
if(data72.epsilon !== undefined){
let data74 = data72.epsilon;
const _errs155 = errors;
if(errors === _errs155){
if((typeof data74 == "number") && (isFinite(data74))){
if(data74 > 1 || isNaN(data74)){
validate22.errors = [{instancePath:instancePath+"/settings/epsilon",schemaPath:"#/oneOf/14/properties/settings/properties/epsilon/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1}}];
return false;
}
else {
if(data74 < 1e-12 || isNaN(data74)){
validate22.errors = [{instancePath:instancePath+"/settings/epsilon",schemaPath:"#/oneOf/14/properties/settings/properties/epsilon/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1e-12}}];
return false;
}
}
}
else {
validate22.errors = [{instancePath:instancePath+"/settings/epsilon",schemaPath:"#/oneOf/14/properties/settings/properties/epsilon/type",keyword:"type",params:{type: "number"}}];
return false;
}
}
var valid47 = _errs155 === errors;
}
else {
var valid47 = true;
}
}
}
}
else {
validate22.errors = [{instancePath:instancePath+"/settings",schemaPath:"#/oneOf/14/properties/settings/type",keyword:"type",params:{type: "object"}}];
return false;
}
}
var valid46 = _errs150 === errors;
}
else {
var valid46 = true;
}
}
}
}
}
else if(tag0 === "layerNormalization"){
if(data && typeof data == "object" && !Array.isArray(data)){
let missing16;
if((data.type === undefined) && (missing16 = "type")){
validate22.errors = [{instancePath,schemaPath:"#/oneOf/15/required",keyword:"required",params:{missingProperty: missing16}}];
return false;
}
else {
if(data.type !== undefined){
const _errs158 = errors;
if("layerNormalization" !== data.type){
validate22.errors = [{instancePath:instancePath+"/type",schemaPath:"#/oneOf/15/properties/type/const",keyword:"const",params:{allowedValue: "layerNormalization"}}];
return false;
}
var valid49 = _errs158 === errors;
}
else {
var valid49 = true;
}
if(valid49){
if(data.settings !== undefined){
let data76 = data.settings;
const _errs159 = errors;
if(errors === _errs159){
if(data76 && typeof data76 == "object" && !Array.isArray(data76)){
const _errs161 = errors;
for(const key16 in data76){
if(!(key16 === "epsilon")){
validate22.errors = [{instancePath:instancePath+"/settings",schemaPath:"#/oneOf/15/properties/settings/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key16}}];
return false;
break;
}
}
if(_errs161 === errors){
if(data76.epsilon !== undefined){
let data77 = data76.epsilon;
const _errs162 = errors;
if(errors === _errs162){
if((typeof data77 == "number") && (isFinite(data77))){
if(data77 > 1 || isNaN(data77)){
validate22.errors = [{instancePath:instancePath+"/settings/epsilon",schemaPath:"#/oneOf/15/properties/settings/properties/epsilon/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1}}];
return false;
}
else {
if(data77 < 1e-12 || isNaN(data77)){
validate22.errors = [{instancePath:instancePath+"/settings/epsilon",schemaPath:"#/oneOf/15/properties/settings/properties/epsilon/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1e-12}}];
return false;
}
}
}
else {
validate22.errors = [{instancePath:instancePath+"/settings/epsilon",schemaPath:"#/oneOf/15/properties/settings/properties/epsilon/type",keyword:"type",params:{type: "number"}}];
return false;
}
}
}
}
}
else {
validate22.errors = [{instancePath:instancePath+"/settings",schemaPath:"#/oneOf/15/properties/settings/type",keyword:"type",params:{type: "object"}}];
return false;
}
}
var valid49 = _errs159 === errors;
}
else {
var valid49 = true;
}
}
}
}
}
else if(tag0 === "maxPooling1d"){
if(data && typeof data == "object" && !Array.isArray(data)){
let missing17;
if((data.type === undefined) && (missing17 = "type")){
validate22.errors = [{instancePath,schemaPath:"#/oneOf/16/required",keyword:"required",params:{missingProperty: missing17}}];
return false;
}
else {
if(data.type !== undefined){
const _errs165 = errors;
if("maxPooling1d" !== data.type){
validate22.errors = [{instancePath:instancePath+"/type",schemaPath:"#/oneOf/16/properties/type/const",keyword:"const",params:{allowedValue: "maxPooling1d"}}];
return false;
}
var valid52 = _errs165 === errors;
}
else {
var valid52 = true;
}
if(valid52){
if(data.settings !== undefined){
let data79 = data.settings;
const _errs166 = errors;
if(errors === _errs166){
if(data79 && typeof data79 == "object" && !Array.isArray(data79)){
const _errs168 = errors;
for(const key17 in data79){
if(!(((key17 === "pool_size") || (key17 === "strides")) || (key17 === "padding"))){
validate22.errors = [{instancePath:instancePath+"/settings",schemaPath:"#/oneOf/16/properties/settings/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key17}}];
return false;
break;
}
}
if(_errs168 === errors){
if(data79.pool_size !== undefined){
let data80 = data79.pool_size;
const _errs169 = errors;
if(!(((typeof data80 == "number") && (!(data80 % 1) && !isNaN(data80))) && (isFinite(data80)))){
validate22.errors = [{instancePath:instancePath+"/settings/pool_size",schemaPath:"#/oneOf/16/properties/settings/properties/pool_size/type",keyword:"type",params:{type: "integer"}}];
return false;
}
if(errors === _errs169){
if((typeof data80 == "number") && (isFinite(data80))){
if(data80 > 100000 || isNaN(data80)){
validate22.errors = [{instancePath:instancePath+"/settings/pool_size",schemaPath:"#/oneOf/16/properties/settings/properties/pool_size/maximum",keyword:"maximum",params:{comparison: "<=", limit: 100000}}];
return false;
}
else {
if(data80 < 1 || isNaN(data80)){
validate22.errors = [{instancePath:instancePath+"/settings/pool_size",schemaPath:"#/oneOf/16/properties/settings/properties/pool_size/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}}];
return false;
}
}
}
}
var valid53 = _errs169 === errors;
}
else {
var valid53 = true;
}
if(valid53){
if(data79.strides !== undefined){
let data81 = data79.strides;
const _errs171 = errors;
if((!(((typeof data81 == "number") && (!(data81 % 1) && !isNaN(data81))) && (isFinite(data81)))) && (data81 !== null)){
validate22.errors = [{instancePath:instancePath+"/settings/strides",schemaPath:"#/oneOf/16/properties/settings/properties/strides/type",keyword:"type",params:{type: schema7.oneOf[16].properties.settings.properties.strides.type}}];
return false;
}
if(errors === _errs171){
if((typeof data81 == "number") && (isFinite(data81))){
if(data81 > 100000 || isNaN(data81)){
validate22.errors = [{instancePath:instancePath+"/settings/strides",schemaPath:"#/oneOf/16/properties/settings/properties/strides/maximum",keyword:"maximum",params:{comparison: "<=", limit: 100000}}];
return false;
}
else {
if(data81 < 1 || isNaN(data81)){
validate22.errors = [{instancePath:instancePath+"/settings/strides",schemaPath:"#/oneOf/16/properties/settings/properties/strides/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}}];
return false;
}
}
}
}
var valid53 = _errs171 === errors;
}
else {
var valid53 = true;
}
if(valid53){
if(data79.padding !== undefined){
let data82 = data79.padding;
const _errs173 = errors;
if(!((data82 === "valid") || (data82 === "same"))){
validate22.errors = [{instancePath:instancePath+"/settings/padding",schemaPath:"#/oneOf/16/properties/settings/properties/padding/enum",keyword:"enum",params:{allowedValues: schema7.oneOf[16].properties.settings.properties.padding.enum}}];
return false;
}
var valid53 = _errs173 === errors;
}
else {
var valid53 = true;
}
}
}
}
}
else {
validate22.errors = [{instancePath:instancePath+"/settings",schemaPath:"#/oneOf/16/properties/settings/type",keyword:"type",params:{type: "object"}}];
return false;
}
}
var valid52 = _errs166 === errors;
}
else {
var valid52 = true;
}
}
}
}
}
else if(tag0 === "averagePooling1d"){
if(data && typeof data == "object" && !Array.isArray(data)){
let missing18;
if((data.type === undefined) && (missing18 = "type")){
validate22.errors = [{instancePath,schemaPath:"#/oneOf/17/required",keyword:"required",params:{missingProperty: missing18}}];
return false;
}
else {
if(data.type !== undefined){
const _errs175 = errors;
if("averagePooling1d" !== data.type){
validate22.errors = [{instancePath:instancePath+"/type",schemaPath:"#/oneOf/17/properties/type/const",keyword:"const",params:{allowedValue: "averagePooling1d"}}];
return false;
}
var valid55 = _errs175 === errors;
}
else {
var valid55 = true;
}
if(valid55){
if(data.settings !== undefined){
let data84 = data.settings;
const _errs176 = errors;
if(errors === _errs176){
if(data84 && typeof data84 == "object" && !Array.isArray(data84)){
const _errs178 = errors;
for(const key18 in data84){
if(!(((key18 === "pool_size") || (key18 === "strides")) || (key18 === "padding"))){
validate22.errors = [{instancePath:instancePath+"/settings",schemaPath:"#/oneOf/17/properties/settings/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key18}}];
return false;
break;
}
}
if(_errs178 === errors){
if(data84.pool_size !== undefined){
let data85 = data84.pool_size;
const _errs179 = errors;
if(!(((typeof data85 == "number") && (!(data85 % 1) && !isNaN(data85))) && (isFinite(data85)))){
validate22.errors = [{instancePath:instancePath+"/settings/pool_size",schemaPath:"#/oneOf/17/properties/settings/properties/pool_size/type",keyword:"type",params:{type: "integer"}}];
return false;
}
if(errors === _errs179){
if((typeof data85 == "number") && (isFinite(data85))){
if(data85 > 100000 || isNaN(data85)){
validate22.errors = [{instancePath:instancePath+"/settings/pool_size",schemaPath:"#/oneOf/17/properties/settings/properties/pool_size/maximum",keyword:"maximum",params:{comparison: "<=", limit: 100000}}];
return false;
}
else {
if(data85 < 1 || isNaN(data85)){
validate22.errors = [{instancePath:instancePath+"/settings/pool_size",schemaPath:"#/oneOf/17/properties/settings/properties/pool_size/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}}];
return false;
}
}
}
}
var valid56 = _errs179 === errors;
}
else {
var valid56 = true;
}
if(valid56){
if(data84.strides !== undefined){
let data86 = data84.strides;
const _errs181 = errors;
if((!(((typeof data86 == "number") && (!(data86 % 1) && !isNaN(data86))) && (isFinite(data86)))) && (data86 !== null)){
validate22.errors = [{instancePath:instancePath+"/settings/strides",schemaPath:"#/oneOf/17/properties/settings/properties/strides/type",keyword:"type",params:{type: schema7.oneOf[17].properties.settings.properties.strides.type}}];
return false;
}
if(errors === _errs181){
if((typeof data86 == "number") && (isFinite(data86))){
if(data86 > 100000 || isNaN(data86)){
validate22.errors = [{instancePath:instancePath+"/settings/strides",schemaPath:"#/oneOf/17/properties/settings/properties/strides/maximum",keyword:"maximum",params:{comparison: "<=", limit: 100000}}];
return false;
}
else {
if(data86 < 1 || isNaN(data86)){
validate22.errors = [{instancePath:instancePath+"/settings/strides",schemaPath:"#/oneOf/17/properties/settings/properties/strides/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}}];
return false;
}
}
}
}
var valid56 = _errs181 === errors;
}
else {
var valid56 = true;
}
if(valid56){
if(data84.padding !== undefined){
let data87 = data84.padding;
const _errs183 = errors;
if(!((data87 === "valid") || (data87 === "same"))){
validate22.errors = [{instancePath:instancePath+"/settings/padding",schemaPath:"#/oneOf/17/properties/settings/properties/padding/enum",keyword:"enum",params:{allowedValues: schema7.oneOf[17].properties.settings.properties.padding.enum}}];
return false;
}
var valid56 = _errs183 === errors;
}
else {
var valid56 = true;
}
}
}
}
}
else {
validate22.errors = [{instancePath:instancePath+"/settings",schemaPath:"#/oneOf/17/properties/settings/type",keyword:"type",params:{type: "object"}}];
return false;
}
}
var valid55 = _errs176 === errors;
}
else {
var valid55 = true;
}
}
}
}
}
else if(tag0 === "globalAveragePooling1d"){
if(data && typeof data == "object" && !Array.isArray(data)){
let missing19;
if((data.type === undefined) && (missing19 = "type")){
validate22.errors = [{instancePath,schemaPath:"#/oneOf/18/required",keyword:"required",params:{missingProperty: missing19}}];
return false;
}
else {
if(data.type !== undefined){
const _errs185 = errors;
if("globalAveragePooling1d" !== data.type){
validate22.errors = [{instancePath:instancePath+"/type",schemaPath:"#/oneOf/18/properties/type/const",keyword:"const",params:{allowedValue: "globalAveragePooling1d"}}];
return false;
}
var valid58 = _errs185 === errors;
}
else {
var valid58 = true;
}
if(valid58){
if(data.settings !== undefined){
let data89 = data.settings;
const _errs186 = errors;
if(errors === _errs186){
if(data89 && typeof data89 == "object" && !Array.isArray(data89)){
for(const key19 in data89){
validate22.errors = [{instancePath:instancePath+"/settings",schemaPath:"#/oneOf/18/properties/settings/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key19}}];
return false;
break;
}
}
else {
validate22.errors = [{instancePath:instancePath+"/settings",schemaPath:"#/oneOf/18/properties/settings/type",keyword:"type",params:{type: "object"}}];
return false;
}
}
var valid58 = _errs186 === errors;
}
else {
var valid58 = true;
}
}
}
}
}
else if(tag0 === "globalMaxPooling1d"){
if(data && typeof data == "object" && !Array.isArray(data)){
let missing20;
if((data.type === undefined) && (missing20 = "type")){
validate22.errors = [{instancePath,schemaPath:"#/oneOf/19/required",keyword:"required",params:{missingProperty: missing20}}];
return false;
}
else {
if(data.type !== undefined){
const _errs190 = errors;
if("globalMaxPooling1d" !== data.type){
validate22.errors = [{instancePath:instancePath+"/type",schemaPath:"#/oneOf/19/properties/type/const",keyword:"const",params:{allowedValue: "globalMaxPooling1d"}}];
return false;
}
var valid60 = _errs190 === errors;
}
else {
var valid60 = true;
}
if(valid60){
if(data.settings !== undefined){
let data91 = data.settings;
const _errs191 = errors;
if(errors === _errs191){
if(data91 && typeof data91 == "object" && !Array.isArray(data91)){
for(const key20 in data91){
validate22.errors = [{instancePath:instancePath+"/settings",schemaPath:"#/oneOf/19/properties/settings/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key20}}];
return false;
break;
}
}
else {
validate22.errors = [{instancePath:instancePath+"/settings",schemaPath:"#/oneOf/19/properties/settings/type",keyword:"type",params:{type: "object"}}];
return false;
}
}
var valid60 = _errs191 === errors;
}
else {
var valid60 = true;
}
}
}
}
}
else {
validate22.errors = [{instancePath,schemaPath:"#/discriminator",keyword:"discriminator",params:{error: "mapping", tag: "type", tagValue: tag0}}];
return false;
}
}
else {
validate22.errors = [{instancePath,schemaPath:"#/discriminator",keyword:"discriminator",params:{error: "tag", tag: "type", tagValue: tag0}}];
return false;
}
}
}
}
}
}
}
else {
validate22.errors = [{instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}}];
return false;
}
}
validate22.errors = vErrors;
return errors === 0;
}

const schema11 = {"type":"object","properties":{"from":{"$ref":"#/$defs/nodeId"},"to":{"$ref":"#/$defs/nodeId"}},"required":["from","to"],"additionalProperties":false};

function validate30(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(errors === 0){
if(data && typeof data == "object" && !Array.isArray(data)){
let missing0;
if(((data.from === undefined) && (missing0 = "from")) || ((data.to === undefined) && (missing0 = "to"))){
validate30.errors = [{instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: missing0}}];
return false;
}
else {
const _errs1 = errors;
for(const key0 in data){
if(!((key0 === "from") || (key0 === "to"))){
validate30.errors = [{instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0}}];
return false;
break;
}
}
if(_errs1 === errors){
if(data.from !== undefined){
const _errs2 = errors;
if(!(validate23(data.from, {instancePath:instancePath+"/from",parentData:data,parentDataProperty:"from",rootData}))){
vErrors = vErrors === null ? validate23.errors : vErrors.concat(validate23.errors);
errors = vErrors.length;
}
var valid0 = _errs2 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.to !== undefined){
const _errs3 = errors;
if(!(validate23(data.to, {instancePath:instancePath+"/to",parentData:data,parentDataProperty:"to",rootData}))){
vErrors = vErrors === null ? validate23.errors : vErrors.concat(validate23.errors);
errors = vErrors.length;
}
var valid0 = _errs3 === errors;
}
else {
var valid0 = true;
}
}
}
}
}
else {
validate30.errors = [{instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}}];
return false;
}
}
validate30.errors = vErrors;
return errors === 0;
}

const schema12 = {"type":"object","properties":{"id":{"$ref":"#/$defs/nodeId"},"name":{"$ref":"#/$defs/nodeName"},"nodes":{"type":"array","items":{"$ref":"#/$defs/nodeId"},"maxItems":100000},"folded":{"type":"boolean"}},"required":["id","name","nodes"],"additionalProperties":false};

function validate34(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(errors === 0){
if(data && typeof data == "object" && !Array.isArray(data)){
let missing0;
if((((data.id === undefined) && (missing0 = "id")) || ((data.name === undefined) && (missing0 = "name"))) || ((data.nodes === undefined) && (missing0 = "nodes"))){
validate34.errors = [{instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: missing0}}];
return false;
}
else {
const _errs1 = errors;
for(const key0 in data){
if(!((((key0 === "id") || (key0 === "name")) || (key0 === "nodes")) || (key0 === "folded"))){
validate34.errors = [{instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0}}];
return false;
break;
}
}
if(_errs1 === errors){
if(data.id !== undefined){
const _errs2 = errors;
if(!(validate23(data.id, {instancePath:instancePath+"/id",parentData:data,parentDataProperty:"id",rootData}))){
vErrors = vErrors === null ? validate23.errors : vErrors.concat(validate23.errors);
errors = vErrors.length;
}
var valid0 = _errs2 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.name !== undefined){
const _errs3 = errors;
if(!(validate25(data.name, {instancePath:instancePath+"/name",parentData:data,parentDataProperty:"name",rootData}))){
vErrors = vErrors === null ? validate25.errors : vErrors.concat(validate25.errors);
errors = vErrors.length;
}
var valid0 = _errs3 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.nodes !== undefined){
let data2 = data.nodes;
const _errs4 = errors;
if(errors === _errs4){
if(Array.isArray(data2)){
if(data2.length > 100000){
validate34.errors = [{instancePath:instancePath+"/nodes",schemaPath:"#/properties/nodes/maxItems",keyword:"maxItems",params:{limit: 100000}}];
return false;
}
else {
var valid1 = true;
const len0 = data2.length;
for(let i0=0; i0<len0; i0++){
const _errs6 = errors;
if(!(validate23(data2[i0], {instancePath:instancePath+"/nodes/" + i0,parentData:data2,parentDataProperty:i0,rootData}))){
vErrors = vErrors === null ? validate23.errors : vErrors.concat(validate23.errors);
errors = vErrors.length;
}
var valid1 = _errs6 === errors;
if(!valid1){
break;
}
}
}
}
else {
validate34.errors = [{instancePath:instancePath+"/nodes",schemaPath:"#/properties/nodes/type",keyword:"type",params:{type: "array"}}];
return false;
}
}
var valid0 = _errs4 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.folded !== undefined){
const _errs7 = errors;
if(typeof data.folded !== "boolean"){
validate34.errors = [{instancePath:instancePath+"/folded",schemaPath:"#/properties/folded/type",keyword:"type",params:{type: "boolean"}}];
return false;
}
var valid0 = _errs7 === errors;
}
else {
var valid0 = true;
}
}
}
}
}
}
}
else {
validate34.errors = [{instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}}];
return false;
}
}
validate34.errors = vErrors;
return errors === 0;
}


function validate21(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
/*# sourceURL="urn:litlab:canvas:1" */;
let vErrors = null;
let errors = 0;
if(errors === 0){
if(data && typeof data == "object" && !Array.isArray(data)){
let missing0;
if((((data.version === undefined) && (missing0 = "version")) || ((data.nodes === undefined) && (missing0 = "nodes"))) || ((data.edges === undefined) && (missing0 = "edges"))){
validate21.errors = [{instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: missing0}}];
return false;
}
else {
const _errs1 = errors;
for(const key0 in data){
if(!((((key0 === "version") || (key0 === "nodes")) || (key0 === "edges")) || (key0 === "groups"))){
validate21.errors = [{instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0}}];
return false;
break;
}
}
if(_errs1 === errors){
if(data.version !== undefined){
const _errs2 = errors;
if(1 !== data.version){
validate21.errors = [{instancePath:instancePath+"/version",schemaPath:"#/properties/version/const",keyword:"const",params:{allowedValue: 1}}];
return false;
}
var valid0 = _errs2 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.nodes !== undefined){
let data1 = data.nodes;
const _errs3 = errors;
if(errors === _errs3){
if(Array.isArray(data1)){
if(data1.length > 100000){
validate21.errors = [{instancePath:instancePath+"/nodes",schemaPath:"#/properties/nodes/maxItems",keyword:"maxItems",params:{limit: 100000}}];
return false;
}
else {
var valid1 = true;
const len0 = data1.length;
for(let i0=0; i0<len0; i0++){
const _errs5 = errors;
if(!(validate22(data1[i0], {instancePath:instancePath+"/nodes/" + i0,parentData:data1,parentDataProperty:i0,rootData}))){
vErrors = vErrors === null ? validate22.errors : vErrors.concat(validate22.errors);
errors = vErrors.length;
}
var valid1 = _errs5 === errors;
if(!valid1){
break;
}
}
}
}
else {
validate21.errors = [{instancePath:instancePath+"/nodes",schemaPath:"#/properties/nodes/type",keyword:"type",params:{type: "array"}}];
return false;
}
}
var valid0 = _errs3 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.edges !== undefined){
let data3 = data.edges;
const _errs6 = errors;
if(errors === _errs6){
if(Array.isArray(data3)){
if(data3.length > 400000){
validate21.errors = [{instancePath:instancePath+"/edges",schemaPath:"#/properties/edges/maxItems",keyword:"maxItems",params:{limit: 400000}}];
return false;
}
else {
var valid2 = true;
const len1 = data3.length;
for(let i1=0; i1<len1; i1++){
const _errs8 = errors;
if(!(validate30(data3[i1], {instancePath:instancePath+"/edges/" + i1,parentData:data3,parentDataProperty:i1,rootData}))){
vErrors = vErrors === null ? validate30.errors : vErrors.concat(validate30.errors);
errors = vErrors.length;
}
var valid2 = _errs8 === errors;
if(!valid2){
break;
}
}
}
}
else {
validate21.errors = [{instancePath:instancePath+"/edges",schemaPath:"#/properties/edges/type",keyword:"type",params:{type: "array"}}];
return false;
}
}
var valid0 = _errs6 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.groups !== undefined){
let data5 = data.groups;
const _errs9 = errors;
if(errors === _errs9){
if(Array.isArray(data5)){
if(data5.length > 10000){
validate21.errors = [{instancePath:instancePath+"/groups",schemaPath:"#/properties/groups/maxItems",keyword:"maxItems",params:{limit: 10000}}];
return false;
}
else {
var valid3 = true;
const len2 = data5.length;
for(let i2=0; i2<len2; i2++){
const _errs11 = errors;
if(!(validate34(data5[i2], {instancePath:instancePath+"/groups/" + i2,parentData:data5,parentDataProperty:i2,rootData}))){
vErrors = vErrors === null ? validate34.errors : vErrors.concat(validate34.errors);
errors = vErrors.length;
}
var valid3 = _errs11 === errors;
if(!valid3){
break;
}
}
}
}
else {
validate21.errors = [{instancePath:instancePath+"/groups",schemaPath:"#/properties/groups/type",keyword:"type",params:{type: "array"}}];
return false;
}
}
var valid0 = _errs9 === errors;
}
else {
var valid0 = true;
}
}
}
}
}
}
}
else {
validate21.errors = [{instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}}];
return false;
}
}
validate21.errors = vErrors;
return errors === 0;
}
